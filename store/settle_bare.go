package store

import (
	"context"
	"time"
)

// bareSteps leave out, one after the other, what a settle can do without: first what the answer said beside its outcome, then what it
// meant for a company that is being tried. What is left out is learned from the next answer, and a trial is begun again by the sweep.
var bareSteps = []func(Settle) Settle{withoutFacts, withoutTrial}

// settleBare makes a refused settle again, each time with less, until the database takes it. It returns the last refusal where it
// takes none of them, and at once any other error.
func (s *Store) settleBare(ctx context.Context, in Settle, refusal error) (out Settled, err error) {
	for _, step := range bareSteps {
		in = step(in)
		if out, err = s.settleAs(ctx, in); err == nil {
			out.Refusal = refusal
			return out, nil
		}
		if !Refused(err) {
			break
		}
	}
	return out, err
}

// withoutFacts keeps the outcome, its cause and Greenhouse's ids.
func withoutFacts(in Settle) Settle {
	in.Detail, in.ProfileURL, in.Answer, in.Limit = "", "", "", nil
	in.Delay = min(max(in.Delay, 0), 24*time.Hour)
	if in.Status < 100 || in.Status > 599 {
		in.Status = 0
	}
	return in
}

// withoutTrial keeps a refusal, by which its company is held.
func withoutTrial(in Settle) Settle {
	in.Trial, in.alone = false, true
	return in
}

package relay

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"slices"
	"time"

	"go.uber.org/zap"

	"github.com/interviewing-io/greenhouse-export/jobs"
	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/worker/render"
)

// together folds and dispatches in the same turn, which saves an export that nothing stands in the way of a commit and two updates of
// its row. It reports false where that could not be done as one.
func (r *Relay) together(ctx context.Context, arrivals []ledger.Arrival) (folded int, done bool, err error) {
	if r.NoSend || len(arrivals) == 0 {
		return 0, false, nil
	}
	folded, d, err := r.Store.Pass(ctx, arrivals, r.dueAfter)
	if errors.Is(err, store.ErrStandby) {
		return 0, true, err
	}
	if err != nil {
		return 0, false, nil //nolint:nilerr // each for itself tells what is wrong, and with whom
	}
	r.went(d)
	return folded, true, nil
}

// Fold makes one fold pass and returns how many messages left the outbox. A message that cannot be folded goes to `rejected` and
// holds up nobody. [store.ErrStandby] means that another relay works.
func (r *Relay) Fold(ctx context.Context) (int, error) {
	folded, _, err := r.fold(ctx, false)
	return folded, err
}

// Pass folds and dispatches in one turn where that can be done as one, and folds alone elsewhere. It returns how many messages left the
// outbox.
func (r *Relay) Pass(ctx context.Context) (int, error) {
	folded, _, err := r.fold(ctx, true)
	return folded, err
}

// fold is Fold, or where asked both passes in one turn; then it reports that dispatch is done, too.
func (r *Relay) fold(ctx context.Context, dispatch bool) (folded int, dispatched bool, err error) {
	messages, err := r.unfolded(ctx)
	if err != nil || len(messages) == 0 {
		return 0, false, err
	}
	arrivals, rejected := r.arrive(messages)
	r.keepTraces(ctx, arrivals)
	if dispatch {
		folded, dispatched, err = r.together(ctx, arrivals)
	}
	if !dispatched {
		folded, err = r.Store.Fold(ctx, arrivals)
	}
	if err != nil && !stops(ctx, err) {
		folded, err = r.foldEach(ctx, arrivals, rejected)
	}
	if err == nil {
		r.tellTraces(arrivals)
	}
	if err != nil || len(rejected) == 0 {
		return folded, dispatched, err
	}
	if err := r.Store.Reject(ctx, rejected); err != nil {
		return folded, dispatched, err
	}
	r.Log.Error("rejected messages that cannot be folded", zap.Int("messages", len(rejected)),
		zap.String("hint", "ghexport health counts them; after a fix, ghexport replay --cause message.invalid"))
	return folded + len(rejected), dispatched, nil
}

// unfolded reads the outbox from where the last pass left off, until it finds messages or has looked at every company once.
func (r *Relay) unfolded(ctx context.Context) ([]store.Message, error) {
	turn := startRound(r.outboxAfter)
	for {
		messages, next, err := r.Store.Outbox(ctx, r.outboxAfter, []int{jobs.SchemaVersion})
		if err != nil {
			return nil, err
		}
		r.outboxAfter = next
		if len(messages) > 0 || turn.over(next) {
			return messages, nil
		}
	}
}

// stops tells an error after which a pass goes no further, since it says nothing about the messages: they stay in the outbox.
func stops(ctx context.Context, err error) bool {
	return errors.Is(err, store.ErrStandby) || store.Environmental(err) || store.Contended(err) || ctx.Err() != nil
}

// foldEach redoes a failed batch arrival by arrival. One that the database refuses for its data is rejected. One that fails for a
// cause that nobody knows stays in the outbox, loudly, and holds up no other.
func (r *Relay) foldEach(ctx context.Context, arrivals []ledger.Arrival, rejected map[int64]string) (int, error) {
	folded := 0
	for _, a := range arrivals {
		n, err := r.Store.Fold(ctx, []ledger.Arrival{a})
		switch {
		case err == nil:
			folded += n
		case stops(ctx, err):
			return folded, err
		case store.DataRefused(err):
			for _, id := range a.Messages {
				rejected[id] = "the database refused it: " + store.SQLState(err)
			}
		default:
			r.Log.Error("a message cannot be folded, and stays in the outbox", zap.Int64("message", a.Newest), zap.String("org_id", a.OrgID),
				zap.String("error", store.SQLState(err)), zap.String("hint", "what the database's log says of it tells what to mend"))
		}
	}
	return folded, nil
}

// arrive decodes messages and reduces them to one arrival an interview.
func (r *Relay) arrive(messages []store.Message) (arrivals []ledger.Arrival, rejected map[int64]string) {
	rejected = map[int64]string{}
	type key struct{ org, interview string }
	byInterview := map[key][]snapshot{}
	var order []key
	for _, m := range messages {
		result, err := jobs.Decode(m.Body)
		if err != nil {
			rejected[m.ID] = render.Mask(err.Error(), render.PersonIn(m.Body)) // names fields, never values; an unknown field may be called anything
			continue
		}
		k := key{m.OrgID, m.InterviewID}
		if byInterview[k] == nil {
			order = append(order, k)
		}
		digest := sha256.Sum256(contentOf(m.Body))
		byInterview[k] = append(byInterview[k], snapshot{m, result, digest[:]})
	}
	for _, k := range order {
		a, err := r.reduce(byInterview[k])
		if err != nil {
			for _, s := range byInterview[k] {
				rejected[s.ID] = err.Error()
			}
			continue
		}
		arrivals = append(arrivals, a)
	}
	return arrivals, rejected
}

// snapshot is a decoded message.
type snapshot struct {
	store.Message
	result jobs.InterviewResult
	digest []byte
}

// reduce makes one arrival of an interview's messages: the newest by version counts, the first of several with the same version, and
// each is compared with its neighbour.
func (r *Relay) reduce(all []snapshot) (ledger.Arrival, error) {
	slices.SortStableFunc(all, func(a, b snapshot) int { return int(min(max(a.Version-b.Version, -1), 1)) })
	newest := all[0]
	ids := []int64{newest.ID}
	var flags []string
	everBoth := false
	var yes yesTimes
	yes.see(newest)
	for _, s := range all[1:] {
		ids = append(ids, s.ID)
		if s.Version == newest.Version {
			if !bytes.Equal(s.digest, newest.digest) {
				flags = append(flags, ledger.FlagVersionConflict)
			}
			continue
		}
		yes.see(s)
		before, now := newest.result, s.result
		if before.InterviewerAdvances != nil && now.InterviewerAdvances == nil ||
			before.CandidateContinues != nil && now.CandidateContinues == nil {
			flags = append(flags, ledger.FlagDecisionVanished)
		}
		eligible, _ := eligibility(before)
		everBoth = everBoth || eligible
		newest = s
	}
	a, err := r.arrival(newest, flags)
	a.Messages, a.AdvancedAt, a.ContinuedAt = ids, yes.advanced, yes.continued
	if everBoth && !a.Eligible && a.Cause != ledger.CausePractice {
		a.Cause = ledger.CauseWithdrawn
	}
	return a, err
}

// yesTimes is when each of the two last began to say yes, of the messages seen in the order of their versions.
type yesTimes struct{ advanced, continued *time.Time }

func (y *yesTimes) see(s snapshot) {
	for _, d := range []struct {
		at  **time.Time
		now *bool
	}{{&y.advanced, s.result.InterviewerAdvances}, {&y.continued, s.result.CandidateContinues}} {
		switch {
		case d.now == nil || !*d.now:
			*d.at = nil
		case *d.at == nil:
			*d.at = &s.EnqueuedAt
		}
	}
}

func (r *Relay) arrival(s snapshot, flags []string) (ledger.Arrival, error) {
	result := s.result
	a := ledger.Arrival{
		Newest: s.ID, OrgID: s.OrgID, InterviewID: s.InterviewID, CandidateID: result.Candidate.ID, Version: s.Version,
		Digest: s.digest, InterviewedAt: result.InterviewedAt, Advances: result.InterviewerAdvances,
		Continues: result.CandidateContinues, Practice: result.Practice, Job: result.Job, EnqueuedAt: s.EnqueuedAt, Flags: flags,
		Traceparent: traceparentOf(result.Traceparent),
	}
	if a.Eligible, a.Cause = eligibility(result); !a.Eligible {
		return a, nil // and keep nothing about the person
	}
	rendered, err := render.Render(result, s.CompanyZone)
	if err != nil {
		return a, err
	}
	a.Flags = append(a.Flags, rendered.Flags...)
	a.Body = &ledger.Body{
		FirstName: rendered.FirstName, LastName: rendered.LastName, Email: rendered.Email, LinkedIn: rendered.LinkedIn,
		Note: rendered.Note, NoteFormat: rendered.NoteFormat,
		InterviewerName: result.Interviewer.Name, InterviewerEmail: result.Interviewer.Email,
	}
	a.CandidateDigest = r.Digests.Candidate(result.Candidate.ID)
	a.EmailDigest = r.Digests.Email(rendered.Email)
	return a, nil
}

// eligibility tells whether a result may be exported: both said yes, and it was no practice. Pure.
func eligibility(r jobs.InterviewResult) (bool, ledger.Cause) {
	no := func(d *bool) bool { return d != nil && !*d }
	switch {
	case r.Practice:
		return false, ledger.CausePractice
	case no(r.InterviewerAdvances), no(r.CandidateContinues):
		return false, ledger.CauseDecisionNo
	case r.InterviewerAdvances == nil, r.CandidateContinues == nil:
		return false, ledger.CauseDecisionMissing
	}
	return true, ledger.CauseNone
}

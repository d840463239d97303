package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

const sceneLimit = 40 * time.Second // for each wait of a scene; the crowd takes some 10 s of it

// stage holds what a scene is played on.
type stage struct {
	sim      *simulator
	ghexport ghexport
	producer *pgx.Conn // as the producers' role
	out      *terminal
}

// connect connects the companies as their administrators would. One of them slips first.
func (st *stage) connect(ctx context.Context) error {
	for _, c := range companies {
		if c.org == "initech" {
			if err := st.mistype(ctx, c); err != nil {
				return err
			}
		}
		said, err := st.ghexport.run(ctx, c.key+"\n", "org", "connect", c.org, "--created-by", c.createdBy, "--time-zone", c.zone, "--enable")
		if err != nil {
			return err
		}
		if !strings.Contains(said, c.name) {
			return fmt.Errorf("connecting %s did not name %s:\n%s", c.org, c.name, said)
		}
		st.out.printf("  %s %s connected: candidates will look as if %s added them\n", st.out.mark(true), pad(c.org, 8), c.name)
	}
	return nil
}

// mistype hands in a wrong key, which must be refused.
func (st *stage) mistype(ctx context.Context, c company) error {
	_, err := st.ghexport.run(ctx, "initech-demo-kye\n", "org", "connect", c.org, "--created-by", c.createdBy, "--enable")
	if err == nil {
		return fmt.Errorf("connecting %s with a mistyped key was not refused", c.org)
	}
	if !strings.Contains(err.Error(), "nothing was saved") {
		return err
	}
	st.out.printf("  %s %s mistyped its key: the test failed, nothing was saved\n", st.out.mark(true), pad(c.org, 8))
	return nil
}

// act plays one scene to its end. It returns an error only where the demo itself cannot go on: an outcome that is not the expected
// one shows in the table.
func (st *stage) act(ctx context.Context, s scene) error {
	began := time.Now()
	st.out.progress("%s: %s", s.title(), s.what)
	for _, step := range s.play {
		if err := step(ctx, st, s); err != nil {
			if late := new(lateError); errors.As(err, &late) {
				st.tell(s, late.have, began)
				return nil
			}
			return fmt.Errorf("%s: %w", s.title(), err)
		}
	}
	err := st.await(ctx, s, s.want)
	late := new(lateError)
	if err != nil && !errors.As(err, &late) {
		return fmt.Errorf("%s: %w", s.title(), err)
	}
	have := s.want
	if err != nil {
		have = late.have
	}
	st.tell(s, have, began)
	return nil
}

func (st *stage) tell(s scene, have outcome, began time.Time) {
	good := have.state == s.want.state && have.cause == s.want.cause
	st.out.printf("  %s %s %s %s %s\n", st.out.mark(good), pad(s.title(), titleWidth), pad(s.what, whatWidth), pad(have.String(), 29),
		st.out.dim(fmt.Sprintf("%6.2f s", time.Since(began).Seconds())))
}

// lateError says that a scene's interviews were not in time where they were awaited.
type lateError struct {
	what string
	have outcome
}

func (e *lateError) Error() string { return e.what }

// await waits until all of a scene's interviews stand where they must.
func (st *stage) await(ctx context.Context, s scene, want outcome) error {
	waiting, cancel := limited(ctx, sceneLimit, "%s to be %s", s.title(), want)
	defer cancel()
	for {
		there, last := 0, outcome{}
		for _, id := range s.ids() {
			have, folded, err := st.status(ctx, s.org, id)
			if err != nil {
				return err
			}
			if folded && have.state == want.state && have.cause == want.cause {
				there++
			} else {
				last = have
			}
		}
		if there == len(s.ids()) {
			return nil
		}
		if s.count > 1 {
			st.out.progress("%s: %d of %d %s", s.title(), there, s.count, want)
		} else {
			now := "handed over"
			if last.state != "" {
				now = last.String()
			}
			st.out.progress("%s: %s; waiting for %s", s.title(), now, want)
		}
		if err := pause(waiting); err != nil {
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
			return &lateError{err.Error(), last}
		}
	}
}

// status asks as a product's page would, with the producers' rights, where an interview stands, and whether every message about it
// has been looked at.
func (st *stage) status(ctx context.Context, org, interview string) (outcome, bool, error) {
	var text *string
	if err := st.producer.QueryRow(ctx, "SELECT ghexport.status($1, $2)::text", org, interview).Scan(&text); err != nil {
		return outcome{}, false, fmt.Errorf("ask for the status of %s: %w", interview, err)
	}
	if text == nil {
		return outcome{}, true, nil
	}
	var said struct {
		State, Cause, Held *string
		Waiting            bool
	}
	if err := json.Unmarshal([]byte(*text), &said); err != nil {
		return outcome{}, false, fmt.Errorf("read the status of %s: %w", interview, err)
	}
	return standing(said.State, said.Cause, said.Held), !said.Waiting, nil
}

// standing turns what ghexport says into what is shown: an export that waits for its company is held.
func standing(state, cause, held *string) outcome {
	if held != nil {
		return outcome{state: "held", cause: *held}
	}
	have := outcome{}
	if state != nil {
		have.state = *state
	}
	if cause != nil {
		have.cause = *cause
	}
	return have
}

// String is the outcome in words.
func (o outcome) String() string {
	if o.state == "" {
		return "no export"
	}
	return strings.TrimSpace(o.state + " " + o.cause)
}

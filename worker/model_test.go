package worker

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"pgregory.net/rapid"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/worker/relay"
)

// interview holds what the model remembers of one: little enough to be seen to be right.
type interview struct {
	org, id  string
	newest   int  // version of the newest message that was committed
	eligible bool // whether that one may be exported
	erased   bool // its candidate was, and nothing of it may go or be kept any more
	created  []int64
}

// flight is an attempt that was granted and has not said how it ended. It is in some worker's hands, or in a zombie's.
type flight struct {
	of     *interview
	intent store.Intent
	posted bool
	answer ledger.Outcome
	id     int64 // the candidate that Greenhouse created for it
	late   bool  // its deadline was made to pass: the fence lets nothing leave any more
}

// model is the state machine's small double, with Greenhouse in it: POSTs are steps of their own, between intent and settle.
type model struct {
	rig        *rig
	rules      rules
	relay      *relay.Relay
	owner      *pgx.Conn
	interviews []*interview
	flights    []*flight         // not settled yet
	told       []*flight         // settled
	barred     map[string]string // companies that may not send, and why
	stopped    bool
	sent       map[string]bool // who was ever seen as sent
	ids        int64
	steps      []string
}

const modelOrgs = 2

// rules are the steps whose order and guards the promises rest on; a broken variant replaces one.
type rules struct {
	fold   func(context.Context, *model) error
	intend func(context.Context, *model, store.Intent) error
	settle func(context.Context, *model, store.Settle) error
}

func soundRules() rules {
	return rules{
		fold: func(ctx context.Context, m *model) error { _, err := m.relay.Fold(ctx); return err },
		intend: func(ctx context.Context, m *model, i store.Intent) error {
			_, err := m.rig.store.Intend(ctx, i)
			return err
		},
		settle: func(ctx context.Context, m *model, s store.Settle) error {
			_, err := m.rig.store.Settle(ctx, s)
			return err
		},
	}
}

// newModel starts from an empty ledger and open companies.
func newModel(r *rig, owner *pgx.Conn, broken rules) *model {
	m := &model{rig: r, rules: broken, owner: owner, barred: map[string]string{}, sent: map[string]bool{}, ids: 1000}
	m.relay = relay.New(relay.Relay{Store: r.store, Digests: r.digests, Log: r.log})
	m.must(m.exec(`TRUNCATE ghexport.outbox, ghexport.rejected, ghexport.bodies, ghexport.exports, ghexport.aside, ghexport.attempts, ghexport.river_job CASCADE`))
	m.must(m.exec(`UPDATE ghexport.integrations SET paused_at = NULL, hold_cause = NULL, hold_since = NULL, probe_at = NULL, trial_at = NULL, trial_export_id = NULL`))
	m.must(m.exec(`UPDATE ghexport.control SET stopped_at = NULL`))
	m.must(m.exec(`INSERT INTO ghexport.budgets AS b (credential, limit_) SELECT key_digest, 100000 FROM ghexport.integrations
		ON CONFLICT (credential) DO UPDATE SET spent = 0, spends = '{}', blocked_until = NULL, limit_ = 100000`))
	for org := range modelOrgs {
		for n := range 2 {
			m.interviews = append(m.interviews, &interview{org: fmt.Sprintf("org%d", org), id: fmt.Sprintf("iv%d%d", org, n)})
		}
	}
	return m
}

// violation ends a run: a promise was broken.
type violation struct{ what string }

func (m *model) broken(format string, args ...any) {
	panic(violation{fmt.Sprintf(format, args...) + "\nafter: " + strings.Join(m.steps, " > ")})
}

func (m *model) must(err error) {
	if err != nil {
		m.broken("unexpected: %v", err)
	}
}

func (m *model) exec(sql string, args ...any) error {
	_, err := m.owner.Exec(context.Background(), sql, args...)
	return err
}

func (m *model) did(format string, args ...any) {
	m.steps = append(m.steps, fmt.Sprintf(format, args...))
}

// stands is one row of the ledger, as far as the invariants look.
type stands struct {
	ID        int64
	Interview string
	State     string
	Version   int
	Aside     int
	Flags     []string
	SentID    int64
	Person    string
	Attempt   *uuid.UUID
	Bodies    int
}

func (m *model) ledger() map[string]stands {
	rows, err := m.owner.Query(context.Background(), `
		SELECT e.id, e.interview_id, e.state, e.version, coalesce((SELECT max(a.version) FROM ghexport.aside a WHERE a.export_id = e.id), 0),
		       e.flags, coalesce(e.greenhouse_candidate_id, 0), coalesce(encode(e.candidate_digest, 'hex'), ''), e.attempt,
		       (SELECT count(*) FROM ghexport.bodies b WHERE b.org_id = e.org_id AND b.interview_id = e.interview_id)
		  FROM ghexport.exports e`)
	m.must(err)
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[stands])
	m.must(err)
	all := map[string]stands{}
	for _, s := range list {
		if _, twice := all[s.Interview]; twice {
			m.broken("%s has two rows", s.Interview)
		}
		all[s.Interview] = s
	}
	return all
}

// check looks at every promise after every step.
func (m *model) check() {
	ledger := m.ledger()
	var waiting []string
	rows, err := m.owner.Query(context.Background(), "SELECT DISTINCT interview_id FROM ghexport.outbox")
	m.must(err)
	waiting, err = pgx.CollectRows(rows, pgx.RowTo[string])
	m.must(err)
	for _, f := range m.flights {
		row := ledger[f.of.id]
		if !f.late && !f.of.erased && (row.State != "sending" || row.Attempt == nil || *row.Attempt != f.intent.Token) {
			m.broken("%s is being sent, and the ledger says %s", f.of.id, row.State)
		}
	}
	sending := map[string]string{}
	for _, i := range m.interviews {
		row, there := ledger[i.id]
		unfolded := slices.Contains(waiting, i.id)
		switch {
		case i.newest == 0:
			if there || unfolded {
				m.broken("%s was never committed", i.id)
			}
			continue
		case !there && !unfolded:
			m.broken("%s is lost", i.id)
		case there && !unfolded && max(row.Version, row.Aside) != i.newest:
			m.broken("%s stands at version %d (aside %d), and %d was committed", i.id, row.Version, row.Aside, i.newest)
		}
		if m.sent[i.id] && row.State != "sent" {
			m.broken("%s was sent, and is %s now", i.id, row.State)
		}
		m.sent[i.id] = row.State == "sent"
		if i.erased && row.State != "sent" && row.State != "cancelled" {
			m.broken("%s was erased, and is %s now", i.id, row.State)
		}
		if i.erased && !unfolded && row.Bodies > 0 {
			m.broken("%s was erased, and its name or note is kept", i.id)
		}
		m.checkGreenhouse(i, row)
		if row.State == "sending" && row.Person != "" {
			if other := sending[row.Person]; other != "" {
				m.broken("%s and %s are one candidate's, and both are being sent", i.id, other)
			}
			sending[row.Person] = i.id
		}
	}
}

func (m *model) checkGreenhouse(i *interview, row stands) {
	if len(i.created) > 1 && !slices.Contains(row.Flags, "doubled") {
		m.broken("%s was created %d times, and nothing says so", i.id, len(i.created))
	}
	if row.State == "sent" && !slices.Contains(i.created, row.SentID) {
		m.broken("%s is sent as %d, and Greenhouse has %v", i.id, row.SentID, i.created)
	}
	if len(i.created) == 0 || row.State == "sent" || row.State == "unknown" {
		return
	}
	for _, f := range m.flights {
		if f.of == i && f.posted {
			return // its answer is still to come, and the fence will let it in
		}
	}
	if !slices.Contains(row.Flags, "may_exist") {
		m.broken("%s is at Greenhouse as %v, and the ledger says %s", i.id, i.created, row.State)
	}
}

// run draws steps and checks after each. A violation is returned, not failed: for the broken variants it is what must be found.
func (m *model) run(t *rapid.T, steps int) (found *violation) {
	defer func() {
		if r := recover(); r != nil {
			v, ours := r.(violation)
			if !ours {
				panic(r)
			}
			found = &v
		}
	}()
	var draw []func(*rapid.T)
	for _, one := range m.moves() {
		draw = append(draw, slices.Repeat([]func(*rapid.T){one.do}, one.often)...)
	}
	for range steps {
		draw[rapid.IntRange(0, len(draw)-1).Draw(t, "step")](t)
		m.check()
	}
	m.finish()
	return nil
}

// TestModel draws interleavings of everything that can happen to exports, on the real store, and checks every promise after each step.
func TestModel(t *testing.T) {
	t.Parallel()
	r, owner := modelRig(t)
	rapid.Check(t, func(rt *rapid.T) {
		if v := newModel(r, owner, soundRules()).run(rt, 40); v != nil {
			rt.Fatal(v.what)
		}
	})
}

func modelRig(t *testing.T) (*rig, *pgx.Conn) {
	t.Helper()
	r := newRig(t)
	for org := range modelOrgs {
		r.company(fmt.Sprintf("org%d", org))
	}
	return r, connect(t, r.db.URL)
}

// TestModel_CatchesBrokenVariants breaks one rule at a time: the property test must find each, or it proves nothing.
func TestModel_CatchesBrokenVariants(t *testing.T) {
	t.Parallel()
	for name, breakIt := range map[string]func(*rules){
		"SettleWithoutGuard": func(r *rules) {
			r.settle = func(_ context.Context, m *model, s store.Settle) error {
				state, due := map[ledger.Outcome]string{ledger.OutcomeSent: "sent", ledger.OutcomeUnknown: "unknown", ledger.OutcomeDead: "dead"}[s.Outcome], false
				if state == "" {
					state, due = "pending", true
				}
				return m.exec(`UPDATE ghexport.exports SET state = $2, job_id = NULL, send_by = NULL, deadline = NULL, blocked_at = NULL,
					due_at = CASE WHEN $3 THEN clock_timestamp() END, greenhouse_candidate_id = nullif($4::bigint, 0) WHERE id = $1`,
					s.ExportID, state, due, s.CandidateID)
			}
		},
		"IntentAfterThePost": func(r *rules) {
			r.intend = func(ctx context.Context, m *model, i store.Intent) error {
				m.create(m.byExport(i.ExportID))
				_, err := m.rig.store.Intend(ctx, i)
				return err
			}
		},
		"FoldWithoutVersionCheck": func(r *rules) {
			r.fold = func(ctx context.Context, m *model) error {
				m.must(m.exec("UPDATE ghexport.exports SET version = 0 WHERE (org_id, interview_id) IN (SELECT org_id, interview_id FROM ghexport.outbox)"))
				_, err := m.relay.Fold(ctx)
				return err
			}
		},
		"ResendWhenSilent": func(r *rules) { // a sweep that takes a silent attempt for one that never left
			r.fold = func(ctx context.Context, m *model) error {
				m.must(m.exec(`UPDATE ghexport.exports SET state = 'pending', cause = NULL, attention_at = NULL, due_at = clock_timestamp() WHERE state = 'unknown'`))
				_, err := m.relay.Fold(ctx)
				return err
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, owner := modelRig(t)
			broken := soundRules()
			breakIt(&broken)
			for seed := range 300 {
				var found *violation
				rapid.Custom(func(rt *rapid.T) bool {
					found = newModel(r, owner, broken).run(rt, 40)
					return true
				}).Example(seed)
				if found != nil {
					t.Logf("found with seed %d: %s", seed, found.what)
					return
				}
			}
			t.Error("300 runs did not notice")
		})
	}
}

func notGranted(err error) bool { return errors.Is(err, store.ErrNotGranted) }

var modelBy = store.By{Actor: "model", Reason: "a step of the model"}

// deadlineOf is long: deadlines pass when the model says so.
const deadlineOf = time.Hour

package store_test

import (
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/store/query"
	"github.com/interviewing-io/greenhouse-export/store/runs"
	"github.com/interviewing-io/greenhouse-export/store/search"
)

// large fills a ledger with 50,000 dead letters among 200,000 other exports, the rare states the oldest, which no page may search for
// from the newest on.
func (d *db) large() {
	d.t.Helper()
	owner := d.test.Pool(d.t)
	exec := func(sql string) {
		_, err := owner.Exec(d.t.Context(), sql)
		require.NoError(d.t, err)
	}
	exec(`
		INSERT INTO ghexport.bodies (id, org_id, interview_id, first_name, last_name, email, note, note_format)
		OVERRIDING SYSTEM VALUE
		SELECT n, 'org_' || n % 40, 'iv_' || n, 'Ada' || n % 977, 'Lovelace', 'ada' || n || '@example.com', repeat('the note ', 40), 1
		  FROM generate_series(1, 250000) n`)
	exec(`
		INSERT INTO ghexport.exports (org_id, interview_id, candidate_id, version, content_digest, state, cause, detail, interviewed_at, practice,
		       body_id, candidate_digest, email_digest, due_at, blocked_at, attention_at, sent_at, committed_at, created_at, updated_at)
		SELECT 'org_' || n % 40, 'iv_' || n, 'cand_' || n % 225000, 1, '\x00', s.state,
		       CASE s.state WHEN 'dead' THEN (ARRAY['payload.refused', 'target.gone', 'greenhouse.down'])[1 + n % 3] WHEN 'unknown' THEN 'outcome.unknown'
		            WHEN 'duplicate' THEN 'duplicate.possible' WHEN 'cancelled' THEN 'discarded' WHEN 'ineligible' THEN 'decision.no' END,
		       CASE s.state WHEN 'dead' THEN 'emails: is invalid' END, now(), false, n,
		       decode(md5('c' || n % 225000), 'hex'), decode(md5('e' || n), 'hex'),
		       CASE s.state WHEN 'pending' THEN now() END, CASE s.state WHEN 'duplicate' THEN now() END,
		       CASE WHEN s.state IN ('dead', 'unknown', 'duplicate') THEN now() - (250000 - n) * interval '1 s' END,
		       CASE s.state WHEN 'sent' THEN now() END, now(), now() - (250000 - n) * interval '1 s', now() - (250000 - n) * interval '1 s'
		  FROM generate_series(1, 250000) n
		 CROSS JOIN LATERAL (SELECT CASE WHEN n <= 200 THEN 'cancelled' WHEN n <= 400 THEN 'unknown' WHEN n <= 1000 THEN 'duplicate'
		                                 WHEN n <= 51000 THEN 'dead' WHEN n <= 71000 THEN 'pending' WHEN n <= 100000 THEN 'ineligible'
		                                 ELSE 'sent' END AS state) s`)
	exec("INSERT INTO ghexport.integrations (org_id, enabled) SELECT 'org_' || n, n % 2 = 0 FROM generate_series(0, 39) n")
	exec("VACUUM ANALYZE ghexport.exports, ghexport.bodies")
}

// asked returns what the pages ask of a large ledger.
func (d *db) asked() map[string]func() error {
	list := func(f store.Filter) func() error {
		return func() error { _, err := query.In(d.Store).List(d.t.Context(), f, 50); return err }
	}
	find := func(q search.Search) func() error {
		return func() error { _, err := search.In(d.Store).Find(d.t.Context(), q); return err }
	}
	asked := map[string]func() error{
		"List":               list(store.Filter{}),
		"ListDeadNext":       list(store.Filter{State: ledger.StateDead, AfterID: 20000}),
		"ListDeadBefore":     list(store.Filter{State: ledger.StateDead, BeforeID: 20000}),
		"ListDeadOfACompany": list(store.Filter{State: ledger.StateDead, Org: "org_7"}),
		"ListCause":          list(store.Filter{Cause: ledger.CauseTargetGone}),
		"ListHeld":           list(store.Filter{Cause: ledger.CauseOff}),
		"ListCompany":        list(store.Filter{Org: "org_7"}),
		"ListLastHour":       list(store.Filter{Since: time.Now().Add(-time.Hour)}),
		"ListLongAgo":        list(store.Filter{Until: time.Now().Add(-240000 * time.Second)}),
		"Count":              func() error { _, err := query.In(d.Store).CountStates(d.t.Context(), "", ledger.States...); return err },
		"CountOfACompany": func() error {
			_, err := query.In(d.Store).CountStates(d.t.Context(), "org_7", ledger.States...)
			return err
		},
		"DeadGroups": func() error { _, err := query.In(d.Store).DeadGroups(d.t.Context(), store.Filter{}); return err },
		"PlanOfAll":  func() error { _, err := runs.In(d.Store).Plan(d.t.Context(), runs.Request{}); return err },
		"PlanOfACompany": func() error {
			_, err := runs.In(d.Store).Plan(d.t.Context(), runs.Request{Filter: store.Filter{Org: "org_7"}})
			return err
		},
		"PlanOfACause": func() error {
			_, err := runs.In(d.Store).Plan(d.t.Context(), runs.Request{Filter: store.Filter{Cause: ledger.CauseTargetGone}})
			return err
		},
		"FindInterview": find(search.Search{Text: "iv_4242"}),
		"FindPerson":    find(search.Search{Text: "ada4242@example.com", EmailDigest: []byte("nobody"), People: true, By: kim}),
		"FindName":      find(search.Search{Text: "ada55", Filter: store.Filter{Org: "org_7"}, People: true, By: kim}),
		"FindAmongDead": find(search.Search{Text: "nothing", Filter: store.Filter{State: ledger.StateDead}}),
	}
	for _, state := range ledger.States {
		asked["List_"+string(state)] = list(store.Filter{State: state})
	}
	return asked
}

// BenchmarkLargeLedger times what the pages ask, on one machine and one database: go test -run - -bench LargeLedger ./store
func BenchmarkLargeLedger(b *testing.B) {
	d := setup(b)
	d.large()
	asked := d.asked()
	for _, name := range slices.Sorted(maps.Keys(asked)) {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				require.NoError(b, asked[name]())
			}
		})
	}
}

func TestLargeLedger(t *testing.T) {
	t.Parallel()
	d := setup(t)
	d.large()
	page, err := query.In(d.Store).List(t.Context(), store.Filter{State: ledger.StateDead, AfterID: 20000}, 50)
	require.NoError(t, err)
	assert.Equal(t, int64(19999), page.Rows[0].ID)
	assert.True(t, page.Newer && page.Older)
	assert.Len(t, page.Rows, 50)
}

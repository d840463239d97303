package carrier_test

import (
	"context"
	"fmt"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/migrations"
	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/store/source"
	"github.com/interviewing-io/greenhouse-export/store/storetest"
	"github.com/interviewing-io/greenhouse-export/worker/carrier"
)

// patience bounds every wait of these tests.
const patience = 30 * time.Second

func TestMain(m *testing.M) { os.Exit(storetest.Run(m)) }

// rig is the service's database, and nodes that carry into it.
type rig struct {
	*testing.T
	store *store.Store
	watch *pgx.Conn
}

func newRig(t *testing.T) *rig {
	t.Helper()
	db := storetest.NewDB(t)
	st, err := store.Open(t.Context(), store.Config{URL: db.ServiceURL})
	require.NoError(t, err)
	t.Cleanup(st.Close)
	watch, err := pgx.Connect(t.Context(), db.URL)
	require.NoError(t, err)
	t.Cleanup(func() { watch.Close(context.Background()) })
	return &rig{T: t, store: st, watch: watch}
}

// node is a carrier of its own that works until the test ends, or until it is stopped.
func (r *rig) node(addresses map[string]string) (stop func()) {
	r.Helper()
	c := r.carrier(addresses)
	ctx, cancel := context.WithCancel(context.Background())
	var run sync.WaitGroup
	run.Go(func() { c.Run(ctx) })
	stop = sync.OnceFunc(func() {
		cancel()
		run.Wait()
		for _, s := range c.Sources {
			s.Close()
		}
	})
	r.Cleanup(stop)
	return stop
}

func (r *rig) carrier(addresses map[string]string) *carrier.Carrier {
	r.Helper()
	known, err := migrations.ProducerLatest()
	require.NoError(r, err)
	c := &carrier.Carrier{Store: r.store, Log: zap.NewNop(), Node: uuid.New(), Poll: 100 * time.Millisecond, Beat: 200 * time.Millisecond}
	for name, address := range addresses {
		s, err := source.Open(source.Config{Name: name, URL: address, Known: known})
		require.NoError(r, err)
		c.Sources = append(c.Sources, s)
	}
	return c
}

// messages are of interviews from a number on.
func messages(prefix string, from, n int) (list []string) {
	for i := from; i < from+n; i++ {
		list = append(list, fmt.Sprintf(`{"schema_version": 1, "org_id": "acme", "interview_id": "%s_%d", "version": 1,
			"interviewed_at": "2017-09-28T17:00:00Z", "candidate": {"id": "c"}}`, prefix, i))
	}
	return list
}

func (r *rig) one(query string, args ...any) (n int) {
	r.Helper()
	require.NoError(r, r.watch.QueryRow(r.Context(), query, args...).Scan(&n))
	return n
}

// until waits for something to become true, looking now and then.
func (r *rig) until(what string, is func() bool) {
	r.Helper()
	require.Eventually(r, is, patience, 20*time.Millisecond, what)
}

const (
	arrived = "SELECT count(*) FROM ghexport.outbox WHERE interview_id LIKE $1 || '%'"
	doubled = "SELECT count(*) - count(DISTINCT interview_id) FROM ghexport.outbox"
)

// source returns how a source is, as health tells.
func (r *rig) source(name string) ledger.Source {
	r.Helper()
	list, err := r.store.Sources(r.Context())
	require.NoError(r, err)
	for _, s := range list {
		if s.Name == name {
			return s
		}
	}
	return ledger.Source{}
}

// A source that is down delays what it holds, and nothing else: neither another source's nor what is handed over here.
func TestCarrier_OneSourceDown(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	a, b := storetest.NewSource(t), storetest.NewSource(t)
	r.node(map[string]string{"alpha": a.RelayURL, "beta": b.RelayURL})
	a.Enqueue(t, messages("a", 0, 700)...)
	b.Enqueue(t, messages("b", 0, 3)...)
	r.until("both are read", func() bool { return r.one(arrived, "a_") == 700 && r.one(arrived, "b_") == 3 })

	b.Enqueue(t, messages("b", 3, 3)...)
	r.until("beta's are there", func() bool { return r.one(arrived, "b_") == 6 })
	b.GoDown(t)
	r.until("it is noticed", func() bool { return r.source("beta").TroubleKind == ledger.SourceUnreachable })
	a.Enqueue(t, messages("a", 700, 3)...)
	r.until("alpha's arrive", func() bool { return r.one(arrived, "a_") == 703 })
	_, err := r.watch.Exec(t.Context(), "SELECT ghexport.enqueue($1::jsonb)", messages("here", 0, 1)[0])
	require.NoError(t, err)
	assert.Equal(t, 1, r.one(arrived, "here_"))
	assert.Empty(t, r.source("alpha").TroubleKind)

	b.ComeBack(t)
	b.Enqueue(t, messages("b", 6, 3)...)
	r.until("beta's arrive", func() bool { return r.one(arrived, "b_") == 9 })
	r.until("nothing is left there", func() bool { return a.Waiting(t)+b.Waiting(t) == 0 })
	r.until("it is noticed", func() bool { return r.source("beta").TroubleKind == "" })
	assert.Zero(t, r.one(doubled))
	assert.EqualValues(t, 703, r.source("alpha").Carried)
	assert.Equal(t, 703+9, r.one("SELECT count(*) FROM ghexport.carried"))
}

// A right that is taken away stops one source before anything of it is taken, and the other goes on.
func TestCarrier_OneSourceWithoutRights(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	a, b := storetest.NewSource(t), storetest.NewSource(t)
	b.Revoke(t, "DELETE")
	b.Enqueue(t, messages("b", 0, 3)...)
	r.node(map[string]string{"alpha": a.RelayURL, "beta": b.RelayURL})
	r.until("it is noticed", func() bool { return r.source("beta").TroubleKind == ledger.SourceRights })
	a.Enqueue(t, messages("a", 0, 3)...)
	r.until("alpha's arrive", func() bool { return r.one(arrived, "a_") == 3 })
	assert.Contains(t, r.source("beta").Trouble, "DELETE on outbox")
	b.Return(t, "DELETE")
	r.until("beta's arrive", func() bool { return r.one(arrived, "b_") == 3 && b.Waiting(t) == 0 })
	assert.Zero(t, r.one(doubled))
}

// Two nodes that read one source take turns; one that goes leaves it to the other, and no message is doubled or lost, even where both
// have read the same.
func TestCarrier_TwoNodes(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	a := storetest.NewSource(t)
	addresses := map[string]string{"alpha": a.RelayURL}
	first := r.node(addresses)
	r.node(addresses)
	a.Enqueue(t, messages("a", 0, 2000)...)
	r.until("they arrive", func() bool { return r.one(arrived, "a_") >= 500 })
	first()
	a.Enqueue(t, messages("a", 2000, 10)...)
	r.until("all arrive", func() bool { return a.Waiting(t) == 0 })
	assert.Equal(t, 2010, r.one(arrived, "a_"))
	assert.Zero(t, r.one(doubled))

	b := storetest.NewSource(t)
	b.Enqueue(t, messages("b", 0, 300)...)
	c := r.carrier(map[string]string{"beta": b.RelayURL})
	defer c.Sources[0].Close()
	read, err := c.Sources[0].Read(t.Context(), 0)
	require.NoError(t, err)
	var nodes sync.WaitGroup
	counts := make([]int, 4)
	for i := range counts {
		nodes.Go(func() {
			var err error
			counts[i], err = r.store.Carry(t.Context(), "beta", read)
			assert.NoError(t, err)
		})
	}
	nodes.Wait()
	assert.Equal(t, 300, counts[0]+counts[1]+counts[2]+counts[3])
	assert.Equal(t, 300, r.one(arrived, "b_"))
}

// A source that was restored has numbers that were used before: its new messages come all the same, and old ones once.
func TestCarrier_SourceRestored(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	a := storetest.NewSource(t)
	a.Enqueue(t, messages("a", 0, 3)...)
	a.Exec(t, "CREATE TABLE ghexport.backup AS SELECT * FROM ghexport.outbox")
	stop := r.node(map[string]string{"alpha": a.RelayURL})
	r.until("they arrive", func() bool { return r.one(arrived, "a_") == 3 && a.Waiting(t) == 0 })
	stop()
	a.Exec(t, `INSERT INTO ghexport.outbox OVERRIDING SYSTEM VALUE SELECT * FROM ghexport.backup WHERE id < 3;
		ALTER TABLE ghexport.outbox ALTER id RESTART WITH 3`)
	a.Enqueue(t, messages("a", 3, 2)...)
	r.node(map[string]string{"alpha": a.RelayURL})
	r.until("nothing is left there", func() bool { return a.Waiting(t) == 0 })
	assert.Equal(t, 5, r.one(arrived, "a_"))
	assert.Zero(t, r.one(doubled))
}

// A message that our database cannot hold stays where it is, is told of, and holds up none behind it.
func TestCarrier_MessageThatCannotBeTaken(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	a := storetest.NewSource(t)
	a.Exec(t, "DROP INDEX ghexport.outbox_by_interview")
	a.Exec(t, `INSERT INTO ghexport.outbox (org_id, interview_id, version, schema_version, message)
		SELECT 'acme', string_agg(sha512(n::text::bytea)::text, ''), 1, 1, '{}' FROM generate_series(1, 100) n`)
	a.Enqueue(t, messages("a", 0, 3)...)
	r.node(map[string]string{"alpha": a.RelayURL})
	r.until("the others arrive", func() bool { return r.one(arrived, "a_") == 3 && a.Waiting(t) == 1 })
	r.until("it is told", func() bool { return r.source("alpha").TroubleKind == ledger.SourceMessage })
	a.Enqueue(t, messages("a", 3, 1)...)
	r.until("what comes later arrives", func() bool { return r.one(arrived, "a_") == 4 })
	a.Exec(t, "DELETE FROM ghexport.outbox")
	r.until("it is told", func() bool { return r.source("alpha").TroubleKind == "" })
}

// What was taken and cannot be deleted there is taken once all the same, however often it is read, and somebody hears of it.
func TestCarrier_CannotDelete(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	a := storetest.NewSource(t)
	a.Exec(t, `CREATE FUNCTION ghexport.refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE ''not today''; END';
		CREATE TRIGGER refuse BEFORE DELETE ON ghexport.outbox FOR EACH ROW EXECUTE FUNCTION ghexport.refuse()`)
	a.Enqueue(t, messages("a", 0, 3)...)
	r.node(map[string]string{"alpha": a.RelayURL})
	r.until("it is told", func() bool { return r.source("alpha").TroubleKind == ledger.SourceOther })
	assert.Contains(t, r.source("alpha").Trouble, "not today")
	assert.Equal(t, 3, r.one(arrived, "a_"))
	a.Exec(t, "DROP TRIGGER refuse ON ghexport.outbox")
	r.until("nothing is left there", func() bool { return a.Waiting(t) == 0 && r.source("alpha").TroubleKind == "" })
	assert.Equal(t, 3, r.one(arrived, "a_"))
}

// A source that nobody is told of any more is forgotten, and one that is stays.
func TestCarrier_ForgetsSources(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	for _, name := range []string{"alpha", "beta"} {
		require.NoError(t, r.store.SeeSource(t.Context(), store.SourceSeen{Name: name, Read: true}))
	}
	_, err := r.watch.Exec(t.Context(), `UPDATE ghexport.sources SET looked_at = looked_at - interval '2 hours', read_at = looked_at - interval '2 hours';
		INSERT INTO ghexport.carried (message, source, source_id, org_id, interview_id, version, at)
		SELECT gen_random_uuid(), 'beta', n, 'acme', 'iv', n, now() - n * interval '20 days' FROM generate_series(1, 2) n`)
	require.NoError(t, err)
	more, err := r.store.PruneSources(t.Context(), []string{"alpha"})
	require.NoError(t, err)
	assert.False(t, more)
	assert.Equal(t, 1, r.one("SELECT count(*) FROM ghexport.sources"))
	assert.Equal(t, "alpha", r.source("alpha").Name)
	assert.True(t, r.source("alpha").Behind(), "nobody has read it for two hours")
	assert.Equal(t, 1, r.one("SELECT count(*) FROM ghexport.carried"), "what is younger than 30 days")
}

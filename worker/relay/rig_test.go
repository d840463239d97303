package relay

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"

	"github.com/interviewing-io/greenhouse-export/seal"
	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/store/keyring"
	"github.com/interviewing-io/greenhouse-export/store/rights"
	"github.com/interviewing-io/greenhouse-export/store/storetest"
)

// patience bounds every wait of these tests.
const patience = 30 * time.Second

// rig holds what a relay works on: a database of its own, the store as the service's role, a producer. Nothing is sent.
type rig struct {
	t        *testing.T
	store    *store.Store
	keyset   *seal.Keyset
	digests  *seal.Digests
	producer *pgx.Conn
	watch    *pgx.Conn
}

func newRig(t *testing.T) *rig {
	t.Helper()
	ctx := t.Context()
	db := storetest.NewDB(t)
	r := &rig{t: t}
	var err error
	r.store, err = store.Open(ctx, store.Config{URL: db.ServiceURL, Version: "v1.2.3"})
	require.NoError(t, err)
	t.Cleanup(r.store.Close)
	keys, err := seal.NewKeysetJSON()
	require.NoError(t, err)
	r.keyset, err = seal.ParseKeyset(keys)
	require.NoError(t, err)
	r.digests, err = keyring.In(r.store).Digests(ctx, r.keyset)
	require.NoError(t, err)
	r.producer, r.watch = connect(t, db.Role(t, rights.GrantProducer)), connect(t, db.URL)
	return r
}

func connect(t *testing.T, url string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	require.NoError(t, err)
	t.Cleanup(func() { conn.Close(context.Background()) }) // the test's own context has ended
	return conn
}

func (r *rig) relay() *Relay {
	return New(Relay{Store: r.store, Digests: r.digests, Log: zap.NewNop(), Poll: time.Minute})
}

// company connects one and turns it on.
func (r *rig) company(org string) {
	r.t.Helper()
	key := "key-of-" + org
	sealed, err := r.keyset.Seal(org, []byte(key))
	require.NoError(r.t, err)
	_, err = r.store.Connect(r.t.Context(), store.Connect{
		OrgID: org, SealedKey: sealed, KeyDigest: r.digests.Key(key), KeyLast5: seal.Last5(key), CreatedBy: "recruiting@acme.example",
		CreatedByName: "Ron Weasley", Tested: true, Enable: true, Waiting: store.WaitingSend,
	}, store.By{Actor: "test", Reason: "test"})
	require.NoError(r.t, err)
}

// message is one of a successful interview.
func message(org, interview string) string {
	text, _ := json.Marshal(map[string]any{ // of strings and numbers: it cannot fail
		"schema_version": 1, "org_id": org, "interview_id": interview, "version": 1,
		"interviewed_at": "2017-09-28T17:00:00Z", "time_zone": "America/Los_Angeles",
		"interviewer":          map[string]any{"name": "Interviewer Name", "email": "lee@acme.example"},
		"interviewer_advances": true, "candidate_continues": true,
		"candidate":         map[string]any{"id": "cand_" + interview, "full_name": "Ada King Lovelace", "email": interview + "@example.com"},
		"freeform_feedback": "Really good overall!",
	})
	return string(text)
}

func (r *rig) enqueue(org string, interviews ...string) {
	r.t.Helper()
	for _, interview := range interviews {
		_, err := r.producer.Exec(r.t.Context(), "SELECT ghexport.enqueue($1)", message(org, interview))
		require.NoError(r.t, err)
	}
}

func (r *rig) sql(query string, args ...any) {
	r.t.Helper()
	_, err := r.watch.Exec(r.t.Context(), query, args...)
	require.NoError(r.t, err)
}

func (r *rig) deadline(d time.Duration) context.Context {
	ctx, cancel := context.WithTimeout(r.t.Context(), d)
	r.t.Cleanup(cancel)
	return ctx
}

func (r *rig) rows(table string) (n int) {
	r.t.Helper()
	require.NoError(r.t, r.watch.QueryRow(r.t.Context(), "SELECT count(*) FROM ghexport."+table).Scan(&n))
	return n
}

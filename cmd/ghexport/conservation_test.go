package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/greenhouse/greenhousesim"
)

// whereabouts counts interviews by where they are: a state of the ledger, `rejected`, or still in the outbox.
const whereabouts = `
	SELECT state, count(*) FROM ghexport.exports GROUP BY state
	UNION ALL SELECT 'rejected', count(*) FROM ghexport.rejected HAVING count(*) > 0
	UNION ALL SELECT 'outbox', count(*) FROM ghexport.outbox HAVING count(*) > 0`

// census reads where everything is.
func census(ctx context.Context, t *testing.T, conn *pgx.Conn) map[string]int {
	t.Helper()
	rows, err := conn.Query(ctx, whereabouts)
	require.NoError(t, err)
	counts := map[string]int{}
	var state string
	var n int
	_, err = pgx.ForEachRow(rows, []any{&state, &n}, func() error { counts[state] = n; return nil })
	require.NoError(t, err)
	return counts
}

// conserved waits until nothing moves any more, then checks the conservation law: each committed interview is in exactly one place,
// Greenhouse has at most one candidate of each export, and exactly one of each that is `sent`. It returns the census.
func (w *world) conserved(t *testing.T, p *process, committed int, within time.Duration) map[string]int {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), within)
	defer cancel()
	conn, err := pgx.Connect(ctx, w.ownerURL)
	require.NoError(t, err)
	defer conn.Close(context.Background())
	look := time.NewTicker(100 * time.Millisecond)
	defer look.Stop()
	counts := census(ctx, t, conn)
	for counts["outbox"]+counts["pending"]+counts["queued"]+counts["sending"] > 0 {
		select {
		case <-look.C:
		case <-ctx.Done():
			require.Failf(t, "not settled", "after %s: %v; log: %s", within, counts, p.log)
		}
		counts = census(ctx, t, conn)
	}
	sum := 0
	for n := range maps.Values(counts) {
		sum += n
	}
	assert.Equal(t, committed, sum, "committed and found, by state: %v", counts)
	rows, err := conn.Query(ctx, "SELECT candidate_id, state, coalesce(greenhouse_candidate_id, 0) FROM ghexport.exports")
	require.NoError(t, err)
	stands, err := pgx.CollectRows(rows, pgx.RowToStructByPos[standing])
	require.NoError(t, err)
	for _, fault := range accountFor(stands, w.sim.Candidates("")) {
		assert.Fail(t, fault)
	}
	return counts
}

// standing holds what the ledger says of one export; these tests give each interview a candidate of its own.
type standing struct {
	CandidateID string
	State       string
	SentID      int64
}

// accountFor compares the ledger with what Greenhouse has, and names every difference that loses or doubles somebody.
func accountFor(ledger []standing, there []greenhousesim.Candidate) (faults []string) {
	created := map[string][]int64{}
	for _, c := range there {
		created[c.ExternalID] = append(created[c.ExternalID], c.ID)
	}
	for _, e := range ledger {
		ids := created[e.CandidateID]
		delete(created, e.CandidateID)
		switch {
		case len(ids) > 1:
			faults = append(faults, fmt.Sprintf("%s was created %d times", e.CandidateID, len(ids)))
		case e.State == "sent" && !slices.Equal(ids, []int64{e.SentID}):
			faults = append(faults, fmt.Sprintf("%s is sent as %d, and Greenhouse has %v", e.CandidateID, e.SentID, ids))
		case len(ids) == 1 && e.State != "sent" && e.State != "unknown":
			faults = append(faults, fmt.Sprintf("%s is %s, and Greenhouse has %v", e.CandidateID, e.State, ids))
		}
	}
	for id := range created {
		faults = append(faults, id+" is at Greenhouse, and the ledger knows nothing of it")
	}
	return faults
}

func TestAccountFor(t *testing.T) {
	t.Parallel()
	one := func(id string, ids ...int64) (list []greenhousesim.Candidate) {
		for _, n := range ids {
			list = append(list, greenhousesim.Candidate{ID: n, ExternalID: id})
		}
		return list
	}
	assert.Empty(t, accountFor([]standing{{"a", "sent", 7}, {"b", "unknown", 0}, {"c", "dead", 0}}, one("a", 7)))
	assert.Empty(t, accountFor([]standing{{"b", "unknown", 0}}, one("b", 8)))
	for name, found := range map[string][]string{
		"Lost":          accountFor([]standing{{"a", "sent", 7}}, nil),
		"Doubled":       accountFor([]standing{{"a", "sent", 7}}, one("a", 7, 8)),
		"DoubledSilent": accountFor([]standing{{"a", "unknown", 0}}, one("a", 7, 8)),
		"AnotherID":     accountFor([]standing{{"a", "sent", 7}}, one("a", 8)),
		"Denied":        accountFor([]standing{{"a", "dead", 0}}, one("a", 8)),
		"Stranger":      accountFor(nil, one("a", 8)),
	} {
		assert.Len(t, found, 1, name)
	}
}

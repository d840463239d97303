package store_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/store/rights"
	"github.com/interviewing-io/greenhouse-export/wording"
)

// Each kind of trouble has its words, without anybody's data, and its advice.
func TestTroubleOf(t *testing.T) {
	t.Parallel()
	refused := func(code, message string) error {
		return &rights.TroubleError{Doing: "messages cannot be folded", Err: fmt.Errorf("fold: %w", &pgconn.PgError{Severity: "ERROR", Code: code, Message: message})}
	}
	for name, c := range map[string]struct {
		err    error
		kind   ledger.TroubleKind
		says   string
		advice string
	}{
		"Right":      {refused("42501", "permission denied for table bodies"), ledger.TroubleRights, "messages cannot be folded: permission denied for table bodies (SQLSTATE 42501)", "grant --service"},
		"Rights":     {&rights.RightsError{Role: "app", Kind: rights.GrantService, Lacks: []string{"DELETE on outbox"}}, ledger.TroubleRights, `role "app" lacks rights of a service: DELETE on outbox`, "grant --service"},
		"Schema":     {refused("42703", `column "note" does not exist`), ledger.TroubleSchema, `messages cannot be folded: column "note" does not exist (SQLSTATE 42703)`, "migrate up"},
		"ReadOnly":   {refused("25006", "cannot execute INSERT in a read-only transaction"), ledger.TroubleSession, "messages cannot be folded: cannot execute INSERT in a read-only transaction (SQLSTATE 25006)", "primary"},
		"Standby":    {store.ErrReadOnly, ledger.TroubleSession, "the database is a standby that only reads", "primary"},
		"Connection": {refused("57P01", "terminating connection"), ledger.TroubleConnection, "messages cannot be folded: the database cannot be reached", "way to it"},
		"Resources":  {refused("53100", "could not extend file: No space left on device"), ledger.TroubleResources, "messages cannot be folded: could not extend file: No space left on device (SQLSTATE 53100)", "disk"},
		"Data":       {refused("22P02", `invalid input syntax: "ada@example.com"`), ledger.TroubleData, "messages cannot be folded: the database refuses it (SQLSTATE 22P02)", "log of that node"},
		"Keyset":     {&rights.TroubleError{Kind: ledger.TroubleKeyset, Err: errors.New("the keyset lacks a key")}, ledger.TroubleKeyset, "the keyset lacks a key", "whole keyset"},
		"Other":      {fmt.Errorf("render the note of Ada Lovelace"), ledger.TroubleOther, "its log says why", "log of that node"},
		"None":       {nil, "", "", "whole keyset"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			kind, says := rights.TroubleOf(c.err)
			assert.Equal(t, c.kind, kind)
			assert.Equal(t, c.says, says)
			assert.Contains(t, wording.TroubleDo(kind), c.advice)
		})
	}
}

// Trouble stands in health with since when; while it is of one kind that stays, and a relay's takes no jobs away.
func TestHealth_Trouble(t *testing.T) {
	t.Parallel()
	d := setup(t)
	n := d.alive()
	n.TroubleKind, n.Trouble = ledger.TroubleRights, "messages cannot be folded: permission denied for table bodies (SQLSTATE 42501)"
	require.NoError(t, d.SeeNode(t.Context(), n))
	d.exec("UPDATE ghexport.nodes SET trouble_since = '2026-01-01T12:00:00Z'")
	require.NoError(t, d.SeeNode(t.Context(), n))
	h := d.health()
	require.Len(t, h.Problems, 1)
	assert.Equal(t, "node node-a is not ready since 2026-01-01T12:00:00Z: "+n.Trouble, h.Problems[0].Says)
	assert.Contains(t, h.Problems[0].Do, "grant --service")
	assert.True(t, h.Nodes[0].TakesJobs())

	n.TroubleKind = ledger.TroubleKeyset
	require.NoError(t, d.SeeNode(t.Context(), n))
	h = d.health()
	assert.WithinDuration(t, time.Now(), *h.Nodes[0].TroubleSince, time.Minute, "another kind is another trouble")
	assert.False(t, h.Nodes[0].TakesJobs())

	n.TroubleKind, n.Trouble = "", ""
	require.NoError(t, d.SeeNode(t.Context(), n))
	assert.Nil(t, d.health().Nodes[0].TroubleSince)

	d.exec("UPDATE ghexport.nodes SET trouble = 'the keyset lacks the key'") // as a node of before kinds says it
	h = d.health()
	assert.Equal(t, "decrypt.failed", h.Problems[0].Runbook)
	assert.False(t, h.Nodes[0].TakesJobs())
}

// Who keeps the relay from its turn, or an older node from its lock, is named.
func TestHealth_Holders(t *testing.T) {
	t.Parallel()

	t.Run("AStrangerOnTheAdvisoryLock", func(t *testing.T) {
		t.Parallel()
		d := setup(t)
		d.alive()
		role := d.test.Role(t, rights.GrantProducer)
		conn := d.holds(role, "SELECT pg_advisory_lock($1)", turns["relay"])
		config, err := pgx.ParseConfig(role)
		require.NoError(t, err)
		h := d.health()
		require.Len(t, h.Holders, 1)
		assert.Equal(t, int32(conn.PgConn().PID()), h.Holders[0].PID)
		assert.Contains(t, says(h)[0], fmt.Sprintf("process %d of user %s", conn.PgConn().PID(), config.User))
		assert.Contains(t, h.Problems[0].Do, fmt.Sprintf("pg_terminate_backend(%d)", conn.PgConn().PID()))
	})

	t.Run("AnotherRoleThatHasTheTurn", func(t *testing.T) {
		t.Parallel()
		d := setup(t)
		d.alive()
		d.holds(d.test.URL, "LOCK TABLE ghexport.turn_relay IN SHARE UPDATE EXCLUSIVE MODE")
		assert.Contains(t, says(d.health())[0], "has the turn of relay")
	})

	t.Run("NotOneOfOursAtWork", func(t *testing.T) {
		t.Parallel()
		d := setup(t)
		d.alive()
		d.holds(d.test.ServiceURL, "SELECT ghexport.take_turn('relay')")
		assert.Empty(t, d.health().Holders)
	})
}

package web_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
)

// company connects a company that may send.
func (s *site) sendingCompany(org string) {
	s.t.Helper()
	s.exec(`INSERT INTO ghexport.integrations (org_id, enabled, sealed_key, created_by, credential_version, tested_version)
	        VALUES ($1, true, 'x', 'mia@example.com', 1, 1)`, org)
}

// attempted logs an attempt of an export that ended some time ago.
func (s *site) attempted(export int64, outcome ledger.Outcome, cause ledger.Cause, ago time.Duration) {
	s.t.Helper()
	s.exec(`INSERT INTO ghexport.attempts (token, export_id, number, started_at, finished_at, outcome, cause)
	        VALUES (gen_random_uuid(), $1, 1, now() - $4::interval, now() - $4::interval, $2, nullif($3, ''))`, export, string(outcome), string(cause), ago)
}

// node says that a node is there that takes jobs.
func (s *site) node1(host string) {
	s.t.Helper()
	require.NoError(s.t, s.store.SeeNode(s.t.Context(), ledger.Node{ID: uuid.New(), Host: host, Version: "v1", Sends: true, Console: true}))
}

// troubled puts the service into a bad hour: Greenhouse fails for some, one company is refused, letters are dead.
func (s *site) troubled() {
	s.t.Helper()
	for _, org := range []string{"acme", "globex", "initech"} {
		s.sendingCompany(org)
	}
	s.node1("node-a")
	sent := s.export("acme", "iv_sent", ledger.StateSent, "")
	for hours := range 20 {
		for range 3 + hours%5 {
			s.attempted(sent, ledger.OutcomeSent, ledger.CauseNone, time.Duration(hours)*time.Hour)
		}
		s.attempted(sent, ledger.OutcomeAgain, ledger.CauseGreenhouseDown, time.Duration(hours)*time.Hour)
		if hours%3 == 0 {
			s.attempted(sent, ledger.OutcomeHold, ledger.CauseAuthRejected, time.Duration(hours)*time.Hour)
			s.attempted(sent, ledger.OutcomeDead, ledger.CausePayloadRefused, time.Duration(hours)*time.Hour)
		}
	}
	s.export("acme", "iv_1", ledger.StatePending, ledger.CauseGreenhouseDown)
	s.export("globex", "iv_2", ledger.StatePending, ledger.CauseGreenhouseDown)
	s.exec("UPDATE ghexport.exports SET first_failed_at = now() - interval '10 minutes', committed_at = now() - interval '22 minutes' WHERE state = 'pending'")
	s.exec("UPDATE ghexport.exports SET committed_at = now() - interval '3 s' WHERE state = 'sent'")
	s.export("acme", "iv_3", ledger.StateDead, ledger.CausePayloadRefused)
	s.export("acme", "iv_4", ledger.StateUnknown, ledger.CauseOutcomeUnknown)
	s.export("initech", "iv_5", ledger.StatePending, "")
	s.exec("UPDATE ghexport.integrations SET hold_cause = 'auth.rejected', hold_since = now() WHERE org_id = 'initech'")
}

func TestOverview(t *testing.T) {
	t.Parallel()

	t.Run("FirstRun", func(t *testing.T) {
		t.Parallel()
		s := setup(t)
		b := s.browser("val")
		assert.Equal(t, http.StatusOK, b.open("/"))
		b.sees("All well Nothing to do yet: no company is connected, and no interview has arrived.", "No company is connected yet.",
			"No node was seen within a day.", "Nothing was sent in the last day.", "No export waits.")
		b.seesNot("What is wrong")
		b.axe()
		b.shot("overview-first")
	})

	t.Run("AllWellAndThenNot", func(t *testing.T) {
		t.Parallel()
		s := setup(t)
		s.sendingCompany("acme")
		s.node1("node-a")
		s.exec(`INSERT INTO ghexport.sources (name, looked_at, read_at, carried) VALUES ('scheduling', now(), now(), 1203)`)
		sent := s.export("acme", "iv_sent", ledger.StateSent, "")
		for range 9 {
			s.attempted(sent, ledger.OutcomeSent, ledger.CauseNone, time.Minute)
		}
		b := s.browser("val")
		b.open("/")
		b.sees("All well: 9 sent in the last hour", "Nothing waits.", "100 %", "On, and may send", "node-a", "folds, sends, console",
			"Producers’ own databases", "scheduling read", "1,203")
		b.axe()
		b.shot("overview-well")

		// The page comes to know by itself.
		s.exec(`INSERT INTO ghexport.sources (name, looked_at, read_at, waiting, trouble_kind, trouble, trouble_since)
			VALUES ('practice', now(), now() - interval '5 minutes', 2, 'unreachable', 'connection <refused>', now())`)
		_, err := s.store.StopAll(t.Context(), store.By{Actor: "kim", Reason: "Greenhouse <asked>"})
		require.NoError(t, err)
		b.waitFor("Everything is stopped, by kim")
		b.sees("Greenhouse <asked>", "Once the reason is gone.", "On the command line", "Whose doing: ours.",
			"practice trouble it cannot be reached connection <refused>", "5 min ago")
		b.axe()
		b.shot("overview-stopped")
	})

	t.Run("ThingsWrong", func(t *testing.T) {
		t.Parallel()
		s := setup(t)
		s.troubled()
		b := s.browser("val")
		b.open("/")
		b.sees("Greenhouse is failing for 2 of 3 companies since", "with 2 waiting. 3 waiting, the oldest for 22 min, none lost.", "Whose doing: Greenhouse’s.",
			"Companies held (auth.rejected): 1, with 1 waiting", "acme: 1 refused since", "Exports that may or may not be in Greenhouse: 1",
			"Greenhouse rejects the key", "initech")
		b.click("The same in figures")
		b.axe()
		b.shot("overview-wrong")
		b.withoutScript()
		b.open("/")
		b.sees("Greenhouse is failing for 2 of 3 companies since")
	})

	t.Run("OldAddressesOfListsLeadOn", func(t *testing.T) {
		t.Parallel()
		s := setup(t)
		a := s.ask("GET", "/?state=dead&org=acme", "", s.as("val"))
		assert.Equal(t, http.StatusSeeOther, a.StatusCode)
		assert.Equal(t, "/exports?org=acme&state=dead", a.Header.Get("Location"))
	})
}

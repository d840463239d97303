package web_test

import (
	"context"
	"fmt"
	"net/http"

	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/web"
)

func TestExport(t *testing.T) {
	t.Parallel()
	s := setup(t)
	val := s.as("val")

	t.Run("TellsWhatToDoAndNobodysName", func(t *testing.T) {
		id := s.export("acme", "iv_1", ledger.StateUnknown, ledger.CauseOutcomeUnknown)
		s.exec(`WITH b AS (INSERT INTO ghexport.bodies (org_id, interview_id, first_name, last_name, email, note, note_format)
		        VALUES ('acme', 'iv_1', 'Ada', 'Lovelace', 'ada@example.com', 'the note', 1) RETURNING id)
		        UPDATE ghexport.exports SET body_id = (SELECT id FROM b), flags = '{name_padded}' WHERE id = $1`, id)
		s.exec(`INSERT INTO ghexport.attempts (token, export_id, number, started_at, finished_at, outcome, cause, status, detail, silent)
		        VALUES (gen_random_uuid(), $1, 1, now() - interval '1 s', now(), 'unknown', 'outcome.unknown', 504, '<b>late</b>', false)`, id)
		for _, who := range []func(*http.Request){val, s.as("ada")} {
			page := s.ask("GET", fmt.Sprintf("/exports/%d", id), "", who)
			require.Equal(t, http.StatusOK, page.StatusCode)
			for _, says := range []string{
				"may or may not be in Greenhouse", "iv_1", "cand_iv_1", "504", "&lt;b&gt;late&lt;/b&gt;", "name is one word",
				fmt.Sprintf("ghexport resolve %d --absent", id), "Attempt 1 began", "The first result arrived in the ledger",
			} {
				assert.Contains(t, page.body, says)
			}
			for _, hides := range []string{"Ada", "Lovelace", "ada@example.com", "the note<"} {
				assert.NotContains(t, page.body, hides)
			}
		}
	})
	t.Run("EveryStateHasASentence", func(t *testing.T) {
		for _, state := range []ledger.State{ledger.StateIneligible, ledger.StatePending, ledger.StateSent, ledger.StateDuplicate, ledger.StateDead, ledger.StateCancelled} {
			cause := map[ledger.State]ledger.Cause{
				ledger.StateIneligible: ledger.CauseDecisionNo, ledger.StateDuplicate: ledger.CauseDuplicatePossible,
				ledger.StateDead: ledger.CauseTargetGone, ledger.StateCancelled: ledger.CauseDiscarded,
			}[state]
			page := s.ask("GET", fmt.Sprintf("/exports/%d", s.export("acme", "iv_"+string(state), state, cause)), "", val)
			require.Equal(t, http.StatusOK, page.StatusCode, state)
			assert.Regexp(t, `</span> [A-Z][^<]+\.</p>`, page.body, state)
		}
	})
	t.Run("OthersAreMissing", func(t *testing.T) {
		for _, id := range []string{"999", "0", "-1", "x", "99999999999999999999"} {
			page := s.ask("GET", "/exports/"+id, "", val)
			assert.Equal(t, http.StatusNotFound, page.StatusCode, id)
			assert.Contains(t, page.body, "There is no such export.", id)
		}
	})
}

func TestPages_DatabaseAway(t *testing.T) {
	t.Parallel()
	s := setup(t)
	kim := s.as("kim")
	s.store.Close()
	for _, path := range []string{"/", "/exports/1"} {
		page := s.ask("GET", path, "", kim)
		assert.Equal(t, http.StatusServiceUnavailable, page.StatusCode, path)
		assert.Contains(t, page.body, "The database cannot be reached.", path)
	}
	for _, action := range []string{"retry", "cancel"} {
		assert.Equal(t, http.StatusServiceUnavailable, s.ask("POST", "/river/api/jobs/"+action, idsBody(1), kim, fromRiver).StatusCode, action)
	}
}

func TestPages_DevelopmentShowsItself(t *testing.T) {
	t.Parallel()
	s := setup(t, func(c *web.Config) { c.Dev, c.RiverUI = true, nil })
	assert.Contains(t, s.ask("GET", "/login", "").body, "Development mode")
	page := s.ask("GET", "/", "", s.as("kim"))
	assert.Contains(t, page.body, "Development mode")
	assert.NotContains(t, page.body, `href="/river/`)
	assert.Equal(t, http.StatusNotFound, s.ask("GET", "/river/", "", s.as("kim")).StatusCode)
}

func TestReady(t *testing.T) {
	t.Parallel()
	var state error
	s := setup(t, func(c *web.Config) { c.Ready = func(context.Context) error { return state } })
	a := s.ask("GET", "/readyz", "")
	assert.Equal(t, http.StatusOK, a.StatusCode)

	state = fmt.Errorf("schema is at 3, this binary supports 4 to 5")
	a = s.ask("GET", "/readyz", "")
	assert.Equal(t, http.StatusServiceUnavailable, a.StatusCode)
	assert.Contains(t, a.body, "schema is at 3")

	s.store.Close()
	_, unreachable := s.store.Pool.Exec(t.Context(), "SELECT 1")
	state = fmt.Errorf("host=db.internal user=ghexport: %w", unreachable)
	a = s.ask("GET", "/readyz", "")
	assert.Equal(t, "not ready: the database cannot be reached\n", a.body)
	assert.Equal(t, http.StatusOK, s.ask("GET", "/healthz", "").StatusCode, "alive all the same")
}

package store_test

import (
	"encoding/json"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/store/query"
	"github.com/interviewing-io/greenhouse-export/wording"
)

func TestExports(t *testing.T) {
	t.Parallel()

	t.Run("ShowsTheContractsFields", func(t *testing.T) {
		t.Parallel()
		d := setup(t)
		id := d.export(fixture{State: ledger.StatePending, Cause: ledger.CauseGreenhouseDown, Interview: "iv", Candidate: "cand"})
		rows, err := query.In(d.Store).Exports(t.Context(), store.Filter{})
		require.NoError(t, err)
		require.Len(t, rows, 1)
		shown, err := json.Marshal(rows[0])
		require.NoError(t, err)
		var fields map[string]any
		require.NoError(t, json.Unmarshal(shown, &fields))
		for _, stamp := range []string{"created_at", "due_at"} {
			_, err := time.Parse(time.RFC3339, fields[stamp].(string))
			require.NoError(t, err, stamp)
			delete(fields, stamp)
		}
		assert.Equal(t, map[string]any{
			"id": float64(id), "org_id": "acme", "interview_id": "iv", "candidate_id": "cand", "state": "pending", "cause": nil,
			"detail": nil, "flags": []any{}, "attempts": float64(0), "greenhouse_candidate_id": nil,
			"greenhouse_application_id": nil, "profile_url": nil, "sent_at": nil, "held": "off",
		}, fields)
	})

	t.Run("HeldHidesTheCauseOfWhatWaitsAndOfNothingElse", func(t *testing.T) {
		t.Parallel()
		d := setup(t)
		d.company("acme")
		waits := d.export(fixture{State: ledger.StatePending, Cause: ledger.CauseLimited})
		dead := d.export(fixture{State: ledger.StateDead, Cause: ledger.CauseBug})
		queued := d.export(fixture{State: ledger.StateQueued})
		list := func(f store.Filter) (ids []int64) {
			rows, err := query.In(d.Store).Exports(t.Context(), f)
			require.NoError(t, err)
			for _, row := range rows {
				ids = append(ids, row.ID)
			}
			return ids
		}
		assert.Equal(t, []int64{waits}, list(store.Filter{Cause: ledger.CauseLimited}))
		_, err := d.PauseOrg(t.Context(), "acme", kim)
		require.NoError(t, err)
		assert.Empty(t, list(store.Filter{Cause: ledger.CauseLimited}))
		assert.Equal(t, []int64{queued, waits}, list(store.Filter{Cause: ledger.CausePaused}))
		assert.Equal(t, []int64{dead}, list(store.Filter{Cause: ledger.CauseBug}))
	})

	t.Run("FiltersNewestFirst", func(t *testing.T) {
		t.Parallel()
		d := setup(t)
		byState := map[ledger.State]int64{}
		for _, state := range ledger.States {
			cause := map[ledger.State]ledger.Cause{ledger.StateIneligible: ledger.CauseDecisionNo, ledger.StateCancelled: ledger.CauseDiscarded}[state]
			byState[state] = d.export(fixture{State: state, Cause: cause, Candidate: "c" + string(state)})
		}
		for state, id := range byState {
			rows, err := query.In(d.Store).Exports(t.Context(), store.Filter{State: state, Org: "acme", Since: time.Now().Add(-time.Hour)})
			require.NoError(t, err)
			require.Len(t, rows, 1, state)
			assert.Equal(t, id, rows[0].ID)
		}
		rows, err := query.In(d.Store).Exports(t.Context(), store.Filter{Limit: 3})
		require.NoError(t, err)
		assert.Equal(t, ledger.StateCancelled, rows[0].State)
		assert.Len(t, rows, 3)
		rows, err = query.In(d.Store).Exports(t.Context(), store.Filter{AfterID: rows[2].ID, Limit: 100})
		require.NoError(t, err)
		assert.Len(t, rows, len(ledger.States)-3)
		rows, err = query.In(d.Store).Exports(t.Context(), store.Filter{EmailDigest: []byte("cdead@")})
		require.NoError(t, err)
		assert.Len(t, rows, 1)
		rows, err = query.In(d.Store).Exports(t.Context(), store.Filter{IDs: []int64{}})
		require.NoError(t, err)
		assert.NotNil(t, rows, "an empty list is no null")
		assert.Empty(t, rows)
	})

	t.Run("ReadsEveryPage", func(t *testing.T) {
		t.Parallel()
		d := setup(t)
		d.exec(`
			INSERT INTO ghexport.exports (org_id, interview_id, candidate_id, version, content_digest, state, interviewed_at, practice, committed_at)
			SELECT 'acme', n::text, 'c', 1, '\x00', 'sent', now(), false, now() FROM generate_series(1, 2500) n`)
		var seen []int64
		require.NoError(t, query.In(d.Store).ExportsEach(t.Context(), store.Filter{}, func(row query.ExportRow) error {
			seen = append(seen, row.ID)
			return nil
		}))
		assert.Len(t, seen, 2500)
		slices.Reverse(seen)
		assert.True(t, slices.IsSorted(seen))
		enough := errors.New("enough")
		require.ErrorIs(t, query.In(d.Store).ExportsEach(t.Context(), store.Filter{Limit: 1200}, func(query.ExportRow) error { return enough }), enough)
		rows, err := query.In(d.Store).Exports(t.Context(), store.Filter{Limit: 1200})
		require.NoError(t, err)
		assert.Len(t, rows, 1200)
	})
}

func TestShow(t *testing.T) {
	t.Parallel()
	d := setup(t)
	d.company("acme")
	id := d.export(fixture{State: ledger.StateDead, Cause: ledger.CausePayloadRefused, Detail: "emails: is invalid"})
	d.exec(`
		INSERT INTO ghexport.attempts (token, export_id, number, started_at, finished_at, outcome, status, cause, detail)
		SELECT attempt, id, 1, attempt_started_at, attempt_started_at + interval '1 s', 'dead', 422, cause, detail FROM ghexport.exports`)
	_, err := d.Replay(t.Context(), store.ReplayRequest{Request: ids(id)})
	require.NoError(t, err)

	got, err := query.In(d.Store).Show(t.Context(), id)
	require.NoError(t, err)
	assert.Equal(t, ledger.StatePending, got.State)
	assert.Equal(t, text("the note"), got.Note)
	assert.Equal(t, text("ada@example.com"), got.Email)
	require.Len(t, got.AttemptLog, 1)
	a := got.AttemptLog[0]
	assert.Equal(t, ledger.OutcomeDead, a.Outcome)
	assert.Equal(t, query.RedactedRequest{Method: "POST", Path: "/v1/partner/candidates",
		Fields: []string{"prospect", "first_name", "last_name", "external_id", "emails", "notes"}}, a.Request)
	assert.Equal(t, &query.RedactedAnswer{Status: 422, Messages: "emails: is invalid"}, a.Answer)
	var history []string
	for _, e := range got.Timeline {
		history = append(history, e.What)
	}
	assert.Equal(t, []string{
		"attempt 1 began", "attempt 1 ended: dead, HTTP 422 (payload.refused)", "the first result arrived in the ledger", "replay",
	}, history)
	assert.Equal(t, text("kim"), got.Timeline[3].Who)
	assert.Equal(t, text("on call"), got.Timeline[3].Reason)

	shown, err := json.Marshal(got)
	require.NoError(t, err)
	var fields map[string]any
	require.NoError(t, json.Unmarshal(shown, &fields))
	for _, field := range []string{"id", "state", "held", "note", "timeline", "attempt_log", "email", "greenhouse_candidate_id"} {
		assert.Contains(t, fields, field)
	}
	assert.NotContains(t, fields, "ExportRow")

	_, err = query.In(d.Store).Show(t.Context(), 4711)
	require.ErrorIs(t, err, store.ErrNotFound)
}

func TestDeadGroups(t *testing.T) {
	t.Parallel()
	d := setup(t)
	d.export(fixture{State: ledger.StateDead, Cause: ledger.CausePayloadRefused, Detail: "job 17 is closed"})
	newest := d.export(fixture{State: ledger.StateDead, Cause: ledger.CausePayloadRefused, Detail: "job 4 is closed", Org: "other"})
	bug := d.export(fixture{State: ledger.StateDead, Cause: ledger.CauseBug})
	d.export(fixture{State: ledger.StateUnknown, Cause: ledger.CauseOutcomeUnknown})
	groups, err := query.In(d.Store).DeadGroups(t.Context(), store.Filter{})
	require.NoError(t, err)
	require.Len(t, groups, 2)
	assert.Equal(t, "job N is closed", groups[0].Detail)
	assert.Equal(t, int64(2), groups[0].Count)
	assert.Equal(t, []string{"acme", "other"}, groups[0].Orgs)
	assert.Equal(t, newest, groups[0].Sample)
	assert.Equal(t, bug, groups[1].Sample)
	groups, err = query.In(d.Store).DeadGroups(t.Context(), store.Filter{Org: "other"})
	require.NoError(t, err)
	assert.Len(t, groups, 1)
}

func TestHealth(t *testing.T) {
	t.Parallel()

	t.Run("FindsNothingWrongWithAQuietService", func(t *testing.T) {
		t.Parallel()
		d := setup(t)
		d.company("acme")
		c := connected("off")
		c.Enable = false
		_, err := d.Connect(t.Context(), c, kim)
		require.NoError(t, err)
		h := d.health()
		assert.Empty(t, h.Problems)
		assert.NotNil(t, h.Problems)
		assert.Empty(t, h.Held)
		assert.Equal(t, int64(1), h.Companies)
		assert.Len(t, h.States, len(ledger.States))
	})

	t.Run("TellsWhatNeedsALook", func(t *testing.T) {
		t.Parallel()
		d := setup(t)
		for _, org := range []string{"acme", "held"} {
			d.company(org)
		}
		d.exec("UPDATE ghexport.integrations SET hold_cause = 'auth.rejected', hold_since = now() WHERE org_id = 'held'")
		d.export(fixture{State: ledger.StatePending, DueIn: -time.Hour})
		d.export(fixture{State: ledger.StatePending, DueIn: -5 * time.Hour, Org: "held"})
		d.export(fixture{State: ledger.StatePending, Org: "stranger"})
		d.export(fixture{State: ledger.StateQueued})
		d.export(fixture{State: ledger.StateDead, Cause: ledger.CauseBug})
		d.export(fixture{State: ledger.StateUnknown, Cause: ledger.CauseOutcomeUnknown})
		d.export(fixture{State: ledger.StateDuplicate, Cause: ledger.CauseDuplicatePossible})
		d.message("acme", "a", 1, true, true)
		d.exec("UPDATE ghexport.outbox SET enqueued_at = now() - interval '2 min'")
		require.NoError(t, d.Reject(t.Context(), map[int64]string{d.message("acme", "b", 1, true, true): "no name"}))
		d.exec(`INSERT INTO ghexport.river_job (kind, queue, args, max_attempts, state) VALUES ('export', 'export', '{}', 1, 'available')`)

		h := d.health()
		assert.Equal(t, int64(1), h.Outbox)
		assert.InDelta(t, 120, float64(h.OutboxAge), 30)
		assert.Equal(t, int64(1), h.Rejected)
		assert.Equal(t, int64(1), h.Due)
		assert.InDelta(t, 3600, float64(h.DueAge), 60, "a held company's wait is no fault of ours")
		assert.Equal(t, int64(1), h.InFlight)
		assert.Equal(t, []int64{1, 1, 1}, []int64{h.Dead, h.Unknown, h.Decisions})
		assert.Equal(t, map[string]int{"available": 1}, h.RiverJobs)
		assert.Equal(t, []ledger.HeldGroup{
			{Cause: ledger.CauseAuthRejected, Orgs: []string{"held"}, Count: 1, Waiting: 1},
			{Cause: ledger.CauseOff, Orgs: []string{"stranger"}, Count: 1, Waiting: 1},
		}, h.Held)
		assert.Equal(t, int64(3), h.States[ledger.StatePending])
		assert.Len(t, h.Problems, 7)

		_, err := d.StopAll(t.Context(), kim)
		require.NoError(t, err)
		h = d.health()
		assert.Contains(t, h.Problems[0].Says, "everything is stopped, by kim since 20")
		require.Len(t, h.Held, 1)
		assert.Equal(t, ledger.CauseStopped, h.Held[0].Cause)
	})
}

func TestWhy(t *testing.T) {
	t.Parallel()

	first := func(e wording.Explanation) string {
		for _, check := range e.Checks {
			if check.First {
				return check.Check + ": " + check.Detail
			}
		}
		return ""
	}

	t.Run("NamesTheFirstCheckThatFails", func(t *testing.T) {
		t.Parallel()
		d := setup(t)
		d.company("acme")
		yes := func(column, value string, id int64) {
			d.exec("UPDATE ghexport.exports SET "+column+" = "+value+" WHERE id = $1", id)
		}
		yes("candidate_continues", "NULL", d.export(fixture{State: ledger.StateIneligible, Cause: ledger.CauseDecisionMissing, Interview: "said no"}))
		silent := d.export(fixture{State: ledger.StateIneligible, Cause: ledger.CauseDecisionMissing, Interview: "silent"})
		yes("interviewer_advances", "true", silent)
		yes("candidate_continues", "NULL", silent)
		practice := d.export(fixture{State: ledger.StateIneligible, Cause: ledger.CausePractice, Interview: "practice"})
		yes("practice", "true", practice)
		yes("profile_url", "'https://app.greenhouse.io/people/1'", d.export(fixture{State: ledger.StateSent, Interview: "sent", Candidate: "twin"}))
		d.export(fixture{State: ledger.StateDuplicate, Cause: ledger.CauseDuplicatePossible, Interview: "twin", Candidate: "twin"})
		d.export(fixture{State: ledger.StatePending, Interview: "off", Org: "stranger"})
		failing := d.export(fixture{State: ledger.StatePending, Cause: ledger.CauseGreenhouseDown, Interview: "failing", DueIn: time.Hour})
		yes("failures", "3", failing)
		d.export(fixture{State: ledger.StatePending, Interview: "blocked", Blocked: true})
		d.export(fixture{State: ledger.StatePending, Interview: "due"})
		d.export(fixture{State: ledger.StateQueued, Interview: "queued"})
		d.export(fixture{State: ledger.StateSending, Interview: "sending"})
		d.export(fixture{State: ledger.StateUnknown, Cause: ledger.CauseOutcomeUnknown, Interview: "unknown"})
		d.export(fixture{State: ledger.StateDead, Cause: ledger.CausePayloadRefused, Detail: "emails: is invalid", Interview: "dead"})
		d.export(fixture{State: ledger.StateCancelled, Cause: ledger.CauseDiscarded, Interview: "discarded"})
		d.export(fixture{State: ledger.StateCancelled, Cause: ledger.CauseSkipped, Interview: "doubt", Flags: []string{ledger.FlagMayExist}})
		d.message("acme", "unfolded", 1, true, true)
		require.NoError(t, d.Reject(t.Context(), map[int64]string{d.message("acme", "rejected", 1, true, true): "no name"}))

		for interview, want := range map[string]string{
			"said no":   "interviewer: The interviewer said no.",
			"silent":    "candidate: The candidate has not answered yet.",
			"practice":  "real: It is a practice interview",
			"sent":      "",
			"twin":      "only one: The same candidate was already sent to this company, or may have been (export ",
			"off":       "company: The company has not turned the connection to Greenhouse on.",
			"failing":   "due: It failed 3 times (greenhouse.down) and goes again at 20",
			"blocked":   "turn: It waits since 20",
			"due":       "in Greenhouse: It has not been sent.",
			"queued":    "in Greenhouse: It has not been sent.",
			"sending":   "in Greenhouse: Attempt 1 is being made",
			"unknown":   "in Greenhouse: Greenhouse gave no readable answer",
			"dead":      "accepted: It was given up at attempt 1 (payload.refused). emails: is invalid",
			"discarded": "wanted: It was ended (discarded); a replay takes that back.",
			"doubt":     "wanted: It was ended (skipped) while in doubt",
			"unfolded":  "folded: A message waits since 20",
			"rejected":  "readable: A message of its could not be folded: no name.",
			"nobody's":  "committed: Nothing is known under this id",
		} {
			facts, err := query.In(d.Store).Why(t.Context(), "", interview)
			require.NoError(t, err)
			list := wording.Explain(facts)
			require.Len(t, list, 1, interview)
			if want == "" {
				assert.Empty(t, first(list[0]), interview)
			} else {
				assert.Contains(t, first(list[0]), want, interview)
			}
		}
		sent, err := query.In(d.Store).Why(t.Context(), "", "sent")
		require.NoError(t, err)
		assert.Contains(t, wording.Explain(sent)[0].Checks[len(wording.Explain(sent)[0].Checks)-1].Detail, "https://app.greenhouse.io/people/1")
	})

	t.Run("AnswersForEveryCompany", func(t *testing.T) {
		t.Parallel()
		d := setup(t)
		d.export(fixture{State: ledger.StateSent, Interview: "iv", Org: "b"})
		d.export(fixture{State: ledger.StateSent, Interview: "iv", Org: "a"})
		d.message("c", "iv", 1, true, true)
		list, err := query.In(d.Store).Why(t.Context(), "", "iv")
		require.NoError(t, err)
		require.Len(t, list, 3)
		assert.Equal(t, []string{"a", "b", "c"}, []string{list[0].OrgID, list[1].OrgID, list[2].OrgID})
		assert.Nil(t, list[2].ID)
	})

	t.Run("FindsAPersonByDigestNewestFirst", func(t *testing.T) {
		t.Parallel()
		d := setup(t)
		old := d.export(fixture{State: ledger.StateSent, Candidate: "ada"})
		d.export(fixture{State: ledger.StateSent})
		later := d.export(fixture{State: ledger.StateDuplicate, Candidate: "ada"})
		list, err := query.In(d.Store).WhyEmail(t.Context(), "", []byte("ada@"))
		require.NoError(t, err)
		require.Len(t, list, 2)
		assert.Equal(t, []int64{later, old}, []int64{*list[0].ID, *list[1].ID})
		list, err = query.In(d.Store).WhyEmail(t.Context(), "", []byte("nobody"))
		require.NoError(t, err)
		assert.Empty(t, list)
	})
}

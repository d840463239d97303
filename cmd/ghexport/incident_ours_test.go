package main

import (
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/greenhouse/greenhousesim"
)

// Since a deploy Greenhouse refuses the same field of every candidate.
func TestIncident_I5_PoisonAfterADeploy(t *testing.T) {
	t.Parallel()
	i := newIncident(t, "payload.refused", 1)
	i.commits("acme", 2)
	i.all("sent")
	good := len(i.committed)
	i.sim.Plan(greenhousesim.Fault{Status: 422, Times: -1, Body: greenhousesim.Text(`{"errors":[{"message":"Must be personal, work or other","field":"emails.type"}]}`)})
	for _, org := range i.orgs {
		i.reaches(t, "dead", i.commits(org, 4)...)
	}
	i.words["EXPORT"] = i.number(t, i.committed[good])
	i.words["UNWANTED"] = i.number(t, i.committed[good+1])
	i.words["CANDIDATE_EMAIL"] = "ada.lovelace@example.com"
	code, out := i.shell("ghexport dead --group")
	assert.Zero(t, code)
	assert.Contains(t, out, "emails.type")

	i.before(6, i.sim.ClearFaults) // rolled back
	i.before(8, func() { i.all("sent", i.committed[good+1]) })
	i.follow()
	i.over()
}

// The only node dies. What it had in its hands and what comes meanwhile waits until another one starts.
func TestIncident_I6_NothingMoves(t *testing.T) {
	t.Parallel()
	i := newIncident(t, "stuck", 0)
	i.commits("acme", 20)
	require.NoError(t, i.sim.WaitForRequests(t.Context(), 8))
	require.NoError(t, i.service.Process.Signal(syscall.SIGKILL))
	i.service.Wait() //nolint:errcheck // killed
	i.commits("globex", 5)
	i.exec(t, `
		UPDATE ghexport.outbox SET enqueued_at = enqueued_at - interval '30 minutes';
		UPDATE ghexport.exports SET due_at = due_at - interval '30 minutes' WHERE due_at IS NOT NULL`)
	i.follow(1, 7)

	i.service = serveProcess(t, i.env)
	require.NoError(t, i.await(t.Context(), "an end of all", `
		SELECT FROM ghexport.exports WHERE state IN ('sent', 'unknown') HAVING count(*) = $1`, len(i.committed)), "log: %s", i.service.log)
	i.resolveAsGreenhouseHasIt()
	i.all("sent")
	i.follow(8, 10)
	i.over()
}

// resolveAsGreenhouseHasIt is what a person does with what was in flight when a node died.
func (i *incident) resolveAsGreenhouseHasIt() {
	i.t.Helper()
	there := map[string]string{}
	for _, c := range i.sim.Candidates("") {
		there[c.ExternalID] = c.ProfileURL
	}
	for _, interview := range i.committed {
		if one[string](i.t, i.stage, "SELECT state FROM ghexport.exports WHERE interview_id = $1", interview) != "unknown" {
			continue
		}
		args := []string{"resolve", i.number(i.t, interview), "--reason", "looked", "--absent"}
		if url := there["c_"+interview]; url != "" {
			args = append(args[:4], "--present", url)
		} else { // the worker that might still tell how it ended is dead, and its time is over
			i.exec(i.t, "UPDATE ghexport.exports SET attempt_started_at = attempt_started_at - interval '1 hour' WHERE interview_id = '"+interview+"'")
		}
		i.must(i.t, "", args...)
	}
}

// A replay of ours meets Greenhouse's limit. Live candidates of another company do not wait.
func TestIncident_I7_TooLoud(t *testing.T) {
	t.Parallel()
	i := newIncident(t, "limited", 0)
	i.sim.Plan(greenhousesim.Fault{Status: 422, Times: 10})
	i.reaches(t, "dead", i.commits("acme", 10)...)
	i.sim.Plan(greenhousesim.Fault{Account: "acme", Status: 429, Headers: map[string]string{"Retry-After": "3600"}, Times: -1})
	i.must(t, "", "replay", "--org", "acme", "--cause", "payload.refused", "--yes", "--reason", "fixed")
	require.NoError(t, i.await(t.Context(), "the limit", "SELECT FROM ghexport.exports WHERE cause = 'limited'"))
	i.reaches(t, "sent", i.commits("globex", 3)...)
	i.words["RUN"] = "1"
	tries := len(i.sim.Creates(acmeKey))
	assert.LessOrEqual(t, tries, 10+4, "who is told to wait does not go on trying")

	i.before(8, func() {
		i.sim.ClearFaults()
		i.hoursLater(t)
		i.all("sent")
	})
	i.follow()
	i.over()
}

// A node is given another keyset than the one that the companies' keys were sealed with.
func TestIncident_I10_TheKeysetIsWrong(t *testing.T) {
	t.Parallel()
	i := newIncident(t, "decrypt.failed", 0)
	i.commits("acme", 2)
	i.all("sent")
	require.NoError(t, i.service.Process.Signal(syscall.SIGTERM))
	require.NoError(t, i.service.Wait())
	right := i.env["GHEXPORT_KEYSET"]
	i.env["GHEXPORT_KEYSET"] = i.must(t, "", "keyset", "new")
	i.commits("acme", 3)
	i.commits("globex", 2)
	wrong := serveProcess(t, i.env)
	require.Error(t, wrong.Wait(), "a node that cannot open the keys does not take part")
	assert.Contains(t, wrong.log.String(), "the keyset lacks the key")

	i.before(6, func() {
		i.env["GHEXPORT_KEYSET"] = right
		i.service = serveProcess(t, i.env)
	})
	i.follow()
	i.all("sent")
	i.over()
}

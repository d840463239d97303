package main

import (
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/greenhouse/greenhousesim"
)

// Greenhouse fails for everybody, for days. One answer is lost on the way down.
func TestIncident_I1_GreenhouseIsDown(t *testing.T) {
	t.Parallel()
	i := newIncident(t, "greenhouse.down", 2)
	lost := i.commitsInto(greenhousesim.Fault{Cut: greenhousesim.CutAfter}, "globex", 1)
	i.reaches(t, "unknown", lost...)
	i.sim.Plan(greenhousesim.Fault{On: "*", Status: 503, Times: -1})
	for _, org := range i.orgs {
		for _, interview := range i.commits(org, 3) {
			i.waitsBecause(t, interview, "greenhouse.down")
		}
	}
	longest := i.committed[1:4]
	i.words["EXPORT"] = i.number(t, longest[0])
	i.before(7, func() { // three of them have failed for three days when it is over
		i.failedForThreeDays(t, longest...)
		until(t, "the dead letters", func() bool { // one that is on its way at this moment waits for hours once more
			i.hoursLater(t)
			return one[int](t, i.stage, "SELECT count(*) FROM ghexport.exports WHERE state = 'dead'") == len(longest)
		})
		i.sim.ClearFaults()
		i.hoursLater(t)
	})
	i.before(8, func() { i.all("sent", lost...) })
	i.follow()

	// What may have arrived is looked at by a person: it is not closed before.
	i.opens("outcome.unknown")
	i.words["EXPORT"], i.words["URL"] = i.number(t, lost[0]), i.profile(t, lost[0])
	i.types(6, 0)
	i.over()
}

// A company's admin revokes its key while we send. Others do not notice.
func TestIncident_I2_OneCompanysKey(t *testing.T) {
	t.Parallel()
	i := newIncident(t, "auth.rejected", 0)
	i.commits("acme", 2)
	i.all("sent")
	i.sim.RevokeKey(acmeKey)
	held := i.commits("acme", 12)
	others := i.commits("globex", 3)
	i.waitsBecause(t, held[0], "auth.rejected")
	i.reaches(t, "sent", others...)
	refused := 0
	for _, r := range i.sim.Creates(acmeKey) {
		if r.Status == 401 {
			refused++
		}
	}
	assert.LessOrEqual(t, refused, 4, "no more than what was under way")
	code, out := i.shell("ghexport health")
	assert.Equal(t, 1, code)
	assert.Contains(t, out, "auth.rejected")

	i.before(6, func() {
		i.sim.ReplaceKey(acmeKey, "acme-new-key-55555")
		i.sim.RestoreKey("acme-new-key-55555")
		i.file("key.txt", "acme-new-key-55555\n")
	})
	i.before(8, func() { i.all("sent") })
	i.follow()
	i.over()
}

// Greenhouse refuses everybody with 401, as it once did for a day because of a release of its own.
func TestIncident_I3_RefusedEverywhere(t *testing.T) {
	t.Parallel()
	i := newIncident(t, "auth.rejected", 2)
	i.sim.Plan(greenhousesim.Fault{On: "*", Status: 401, Times: -1})
	for _, org := range i.orgs {
		i.waitsBecause(t, i.commits(org, 5)[4], "auth.rejected")
	}
	i.before(6, i.sim.ClearFaults) // theirs to put right; the key that is handed in again is the old one
	i.before(8, func() {
		i.hoursLater(t) // the others are looked at by themselves
		i.all("sent")
	})
	i.follow()
	assert.Zero(t, one[int](t, i.stage, "SELECT count(*) FROM ghexport.exports WHERE failures > 0"), "holds use no attempts up")
	i.over()
}

// Answers get lost, and a node dies with requests in flight. Some of the candidates arrived, and some did not.
func TestIncident_I4_OutcomesNobodyKnows(t *testing.T) {
	t.Parallel()
	i := newIncident(t, "outcome.unknown", 0)
	arrived := i.commitsInto(greenhousesim.Fault{Cut: greenhousesim.CutAfter}, "acme", 2)
	arrived = append(arrived, i.commitsInto(greenhousesim.Fault{Hang: true, Accepts: true}, "acme", 1)...)
	lost := i.commitsInto(greenhousesim.Fault{Status: 504}, "globex", 2)
	i.reaches(t, "unknown", append(lost, arrived[:2]...)...)
	i.reaches(t, "sending", arrived[2])
	require.NoError(t, i.service.Process.Signal(syscall.SIGKILL))
	i.service.Wait() //nolint:errcheck // killed
	i.service = serveProcess(t, i.env)
	i.all("unknown")
	posts := len(i.sim.Creates(""))

	i.words["EXPORT"], i.words["URL"] = i.number(t, arrived[0]), i.profile(t, arrived[0])
	i.words["SKIPPED"], i.words["ABSENT"] = i.number(t, arrived[1]), i.number(t, lost[0])
	i.follow(1, 7)
	for _, interview := range arrived[2:] {
		i.words["EXPORT"], i.words["URL"] = i.number(t, interview), i.profile(t, interview)
		i.types(6, 0)
	}
	i.words["ABSENT"] = i.number(t, lost[1])
	i.types(7, 0)
	i.all("sent", arrived[1])
	i.follow(8, 8)
	assert.Len(t, i.sim.Creates(""), posts+2, "sent again: those that a person said were not there, and nobody else")
	i.over()
}

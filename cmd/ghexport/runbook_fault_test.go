package main

import (
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/greenhouse/greenhousesim"
)

// Scenes of what Greenhouse, or the way to it, does to requests.

func sceneGreenhouseDown(d *drill) {
	t := d.t
	d.service()
	d.sim.Plan(greenhousesim.Fault{On: "*", Status: 503, Times: -1})
	d.enqueue(t, result("acme", "iv_1"), result("acme", "iv_2"), result("acme", "iv_3"))
	for _, interview := range names("iv_", 3) {
		d.waitsBecause(t, interview, "greenhouse.down")
	}
	d.about("iv_1")
	d.before(7, func() { // two of them have failed for three days when it is over
		d.failedForThreeDays(t, "iv_2", "iv_3")
		d.hoursLater(t)
		d.reaches(t, "dead", "iv_2", "iv_3")
		d.sim.ClearFaults()
		d.hoursLater(t)
	})
	d.before(8, func() { d.reaches(t, "sent", names("iv_", 3)...) })
}

func sceneLimited(d *drill) {
	d.service()
	d.refused("iv_1", "iv_2", "iv_3")
	d.sim.Plan(greenhousesim.Fault{Status: 429, Headers: map[string]string{"Retry-After": "3600"}})
	d.must(d.t, "", "replay", "--cause", "payload.refused", "--yes", "--reason", "fixed")
	require.NoError(d.t, d.await(d.t.Context(), "the limit", "SELECT FROM ghexport.exports WHERE cause = 'limited'"))
	d.about("iv_1")
	d.words["RUN"] = "1"
	d.before(8, func() {
		d.hoursLater(d.t)
		d.reaches(d.t, "sent", names("iv_", 3)...)
	})
}

// Of three requests the answers are lost. Greenhouse has two of the candidates.
func sceneOutcomeUnknown(d *drill) {
	d.service()
	d.refuses(greenhousesim.Fault{Cut: greenhousesim.CutAfter}, "iv_1", "iv_2")
	d.refuses(greenhousesim.Fault{Status: 504}, "iv_3")
	d.folded("unknown", result("acme", "iv_1"), result("acme", "iv_2"), result("acme", "iv_3"))
	d.about("iv_1")
	d.words["URL"] = d.profile(d.t, "iv_1")
	d.words["SKIPPED"], d.words["ABSENT"] = d.number(d.t, "iv_2"), d.number(d.t, "iv_3")
	d.before(8, func() { d.reaches(d.t, "sent", "iv_3") })
}

func sceneDuplicatePossible(d *drill) {
	d.service()
	d.folded("sent", result("acme", "iv_0"))
	d.folded("duplicate", result("acme", "iv_1", sameCandidate("iv_0")), result("acme", "iv_2", sameCandidate("iv_0")))
	d.about("iv_1")
	d.before(8, func() { d.reaches(d.t, "sent", "iv_1") })
}

// dead hands interviews over that Greenhouse refuses.
func (d *drill) refused(interviews ...string) {
	d.t.Helper()
	body := greenhousesim.Text(`{"errors":[{"message":"Must be an email address","field":"emails"}]}`)
	d.refuses(greenhousesim.Fault{Status: 422, Body: body}, interviews...)
	for _, interview := range interviews {
		d.folded("dead", result("acme", interview))
	}
}

func scenePayloadRefused(d *drill) {
	d.service()
	d.refused("iv_1", "iv_2", "iv_3", "iv_4")
	d.about("iv_1")
	d.words["UNWANTED"] = d.number(d.t, "iv_4")
	d.words["CANDIDATE_EMAIL"] = "ada.lovelace@example.com"
	d.before(8, func() { d.reaches(d.t, "sent", names("iv_", 3)...) })
}

// The role leads to a job that somebody closes.
func sceneTargetGone(d *drill) {
	t := d.t
	d.sim.AddAccount(greenhousesim.Account{
		Name: "acme", Key: acmeKey, Users: []greenhousesim.User{{Email: acmeUser, Name: "Lee Doe"}},
		Jobs: []greenhousesim.Job{{ID: 101, Name: "Backend Engineer", Public: true}, {ID: 102, Name: "Backend Engineer II", Public: true}},
	})
	d.service()
	d.must(t, "", "org", "set", "acme", "--mode", "candidate", "--job", "backend-engineer=101")
	d.sim.CloseJob(acmeKey, 101)
	role := with("job", "backend-engineer")
	d.folded("dead", result("acme", "iv_1", role), result("acme", "iv_2", role), result("acme", "iv_3", role))
	d.about("iv_1")
	d.before(8, func() { d.reaches(t, "sent", names("iv_", 3)...) })
}

// The user may not use one job, which is known since another was accepted; the company's row is as that leaves it.
func sceneTargetRefused(d *drill) {
	t := d.t
	d.sim.AddAccount(greenhousesim.Account{
		Name: "acme", Key: acmeKey, Users: []greenhousesim.User{{Email: acmeUser, Name: "Lee Doe"}},
		Jobs: []greenhousesim.Job{{ID: 101, Name: "Backend Engineer", Public: true}, {ID: 102, Name: "Backend Engineer II", Public: true}},
	})
	d.service()
	d.must(t, "", "org", "set", "acme", "--mode", "candidate", "--job", "backend-engineer=101")
	d.exec(t, "UPDATE ghexport.integrations SET refused_targets = '{job 101}'")
	d.sim.Plan(greenhousesim.Fault{Status: 403, Times: -1})
	role := with("job", "backend-engineer")
	d.folded("dead", result("acme", "iv_1", role), result("acme", "iv_2", role), result("acme", "iv_3", role))
	d.about("iv_1")
	d.before(6, d.sim.ClearFaults)
	d.before(8, func() { d.reaches(t, "sent", names("iv_", 3)...) })
}

// No data makes this version's code fail; the rows are as such a version leaves them.
func sceneBug(d *drill) {
	d.service()
	d.refused("iv_1", "iv_2", "iv_3")
	d.exec(d.t, "UPDATE ghexport.exports SET cause = 'bug', detail = 'panic: runtime error: index out of range [3]'")
	d.about("iv_1")
	d.before(8, func() { d.reaches(d.t, "sent", names("iv_", 3)...) })
}

// Two messages cannot be read until, later on, they can.
func sceneMessageInvalid(d *drill) {
	d.connect(d.t, "acme")
	d.enqueue(d.t, result("acme", "iv_1"), result("acme", "iv_2"))
	d.exec(d.t, `
		CREATE TABLE public.kept AS SELECT interview_id, message FROM ghexport.outbox;
		UPDATE ghexport.outbox SET message = '{"broken": true}'`)
	d.running(d.t)
	if err := d.await(d.t.Context(), "two rejected", "SELECT FROM ghexport.rejected HAVING count(*) = 2"); err != nil {
		d.t.Fatal(err)
	}
	d.words["INTERVIEW"] = "iv_1"
	d.before(7, func() {
		d.exec(d.t, "UPDATE ghexport.rejected r SET message = k.message FROM public.kept k WHERE k.interview_id = r.interview_id")
	})
	d.before(8, func() { d.reaches(d.t, "sent", "iv_1", "iv_2") })
}

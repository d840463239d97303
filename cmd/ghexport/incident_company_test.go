package main

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/greenhouse/greenhousesim"
	"github.com/interviewing-io/greenhouse-export/wording"
)

// Greenhouse stores a candidate and answers 500, as its documentation does not rule out. It is sent again, and is there twice.
func TestIncident_I8_ACompanyReportsDoubles(t *testing.T) {
	t.Parallel()
	i := newIncident(t, "doubled", 0)
	twice := i.commitsInto(greenhousesim.Fault{Status: 500, Accepts: true}, "acme", 1)[0]
	i.waitsBecause(t, twice, "greenhouse.down")
	i.hoursLater(t)
	i.reaches(t, "sent", twice)
	i.words["INTERVIEW"], i.words["EXPORT"], i.words["CANDIDATE_EMAIL"] = twice, i.number(t, twice), emailOf(twice)
	i.follow()
	_, out := i.shell("ghexport show " + i.words["EXPORT"])
	assert.Contains(t, out, "resent_after_5xx", "the ledger knows how it came")

	// As the company now wants it, the next one asks a person.
	asked := i.commitsInto(greenhousesim.Fault{Status: 500, Accepts: true}, "acme", 1)[0]
	i.reaches(t, "unknown", asked)
	i.must(t, "", "resolve", i.number(t, asked), "--present", i.profile(t, asked), "--reason", "found by email")
	there := map[string]int{}
	for _, c := range i.sim.Candidates("") {
		there[c.ExternalID]++
	}
	assert.Equal(t, map[string]int{"c_" + twice: 2, "c_" + asked: 1}, there)
}

// Recruiters ask for five people. Each answer is another one, and is the first thing that is marked.
func TestIncident_I9_ACandidateIsMissing(t *testing.T) {
	t.Parallel()
	i := newIncident(t, "missing", 0)
	sent := i.commits("acme", 1)[0]
	i.all("sent")
	i.enqueue(t, result("acme", "iv_no", with("candidate_continues", nil)), result("initech", "iv_off"))
	i.reaches(t, "ineligible", "iv_no")
	i.waitsBecause(t, "iv_off", "off")
	i.sim.RevokeKey(globexKey)
	i.enqueue(t, result("globex", "iv_held"))
	i.waitsBecause(t, "iv_held", "auth.rejected")
	for interview, first := range map[string]string{"iv_nobody": "committed", "iv_no": "candidate", "iv_off": "company", "iv_held": "company", sent: ""} {
		var told []wording.Explanation
		_, out := i.shell("ghexport why --json " + interview)
		require.NoError(t, json.Unmarshal([]byte(out), &told), out)
		assert.Equal(t, first, firstBroken(told), interview)
	}
	i.words["INTERVIEW"], i.words["EXPORT"], i.words["CANDIDATE_EMAIL"] = sent, i.number(t, sent), emailOf(sent)
	i.follow()
	i.nothingLostOrDoubled(t, len(i.committed)+3)
}

func firstBroken(told []wording.Explanation) string {
	for _, check := range told[0].Checks {
		if check.First {
			return check.Check
		}
	}
	return ""
}

// One company's key was saved under another company.
func TestIncident_I11_CandidatesInTheWrongAccount(t *testing.T) {
	t.Parallel()
	i := newIncident(t, "privacy", 0)
	i.must(t, globexKey, "org", "connect", "acme", "--created-by", "sam@globex.example")
	slipped := i.commits("acme", 2)
	i.all("sent")
	i.words["INTERVIEW"], i.words["EXPORT"] = slipped[0], i.number(t, slipped[0])
	i.before(5, func() { // what comes while everything is stopped goes nowhere
		waiting := i.commits("acme", 2)
		i.reaches(t, "pending", waiting...)
	})
	i.before(6, func() { assert.Equal(t, 2, i.sim.CountCandidates("")) })
	i.before(8, func() { i.all("sent") })
	i.follow()
	assert.Equal(t, 2, i.sim.CountCandidates(globexKey), "the two that slipped, for globex to delete")
	assert.Equal(t, 2, i.sim.CountCandidates(acmeKey))
	i.over()
}

// A producer repeats itself a hundred times over, forgets some interviews, and then hands those in.
func TestIncident_I12_AProducerFloodsOrFallsSilent(t *testing.T) {
	t.Parallel()
	i := newIncident(t, "silence", 0)
	told := i.commits("acme", 3)
	for range 30 { // repeats do no harm
		i.enqueue(t, result("acme", told[0]), result("acme", told[1]), result("acme", told[2]))
	}
	i.reaches(t, "sent", i.commits("globex", 1)...) // and delay nobody else
	i.all("sent")
	qualified := []map[string]any{result("acme", told[0])}
	for n := range 4 {
		interview := fmt.Sprintf("iv_silent_%d", n)
		i.committed = append(i.committed, interview)
		qualified = append(qualified, result("acme", interview))
	}
	i.words["SILENT"] = "iv_silent_2"
	i.file("missed.jsonl", jsonLines(t, qualified...))
	i.before(8, func() { i.all("sent") })
	i.follow()
	i.over()
}

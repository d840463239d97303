package main

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/greenhouse/greenhousesim"
)

// TestOnCall types every command of the tour for whoever is on call, in order, and sees what the page promises.
func TestOnCall(t *testing.T) {
	t.Parallel()
	d := newDrill(t, newStage(t), "oncall")
	d.service()
	d.folded("sent", result("acme", "iv_8"), result("acme", "iv_9"))
	d.folded("duplicate", result("acme", "iv_7", sameCandidate("iv_8")))
	d.refuses(greenhousesim.Fault{Cut: greenhousesim.CutAfter}, "iv_5")
	d.refuses(greenhousesim.Fault{Status: 504}, "iv_6")
	d.folded("unknown", result("acme", "iv_5"), result("acme", "iv_6"))
	d.refused(names("iv_", 4)...)
	d.about("iv_1")
	for word, interview := range map[string]string{"WRONG": "iv_3", "UNWANTED": "iv_4", "FOUND": "iv_5", "ABSENT": "iv_6", "SECOND": "iv_7"} {
		d.words[word] = d.number(t, interview)
	}
	d.words["RUN"], d.words["URL"], d.words["ERASED_EMAIL"] = "1", d.profile(t, "iv_5"), emailOf("iv_9")
	d.words["CANDIDATE_EMAIL"] = "ada.lovelace@example.com"
	steps := 0
	for n, section := range d.page.Sections {
		steps += len(section.Steps)
		if section.Title == "Hand over" { // when all is done that was begun
			d.before(n+1, func() { d.reaches(t, "sent", "iv_1", "iv_2", "iv_3", "iv_5", "iv_6", "iv_7") })
		}
	}
	require.Greater(t, steps, 10, "blocks of commands found")
	d.follow()
}

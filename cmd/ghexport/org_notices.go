package main

import (
	"cmp"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/store/notices"
)

// noticesShown sets how many of a company's newest notices are shown with it.
const noticesShown = 10

// shownOrg is a company with what was told and found out about it.
type shownOrg struct {
	store.Integration
	heldOrg
	PeopleHeld ledger.PeopleHeld `json:"people_held"`
	ClosedJobs []store.SeenJob   `json:"closed_jobs"` // mapped, and not open any more
	Notices    []notices.Notice  `json:"notices"`
}

func (c *cli) showNotices(told []notices.Notice) {
	if len(told) == 0 {
		return
	}
	c.printf("\nnotices, newest first\n")
	var rows [][]string
	for _, n := range told {
		rows = append(rows, []string{moment(n.CreatedAt), string(n.Kind), cmp.Or(n.Recipient, n.Channel), string(n.State), or(n.Detail, asText)})
	}
	c.table([]column{{"at", 17}, {"what", 14}, {"to", 24}, {"state", 13}, {"because", 24}}, rows)
}

package main

import (
	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/wording"
)

// showPeopleHeld says for how long a company's personal data is kept, how old what is held is, and what is past that age.
func (c *cli) showPeopleHeld(h ledger.PeopleHeld) {
	whose := " (the service's setting)"
	if h.Own {
		whose = " (its own)"
	}
	c.printf("%-17s kept %s%s\n", "personal data", wording.KeptDays(h.Days), whose)
	if h.Oldest != nil {
		c.printf("%-17s %s\n", "oldest held", moment(*h.Oldest))
	}
	if said := wording.PeopleHeld(h); said != "" {
		c.printf("%-17s %s\n", "past that age", said)
	}
}

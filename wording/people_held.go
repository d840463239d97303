package wording

import (
	"strings"

	"github.com/interviewing-io/greenhouse-export/ledger"
)

// KeptDays says for how long something is kept.
func KeptDays(days int) string {
	if days == 0 {
		return "for ever"
	}
	return Count(days, "day")
}

// PeopleHeld says in sentences what a company's exports hold about people past the age, and why; empty where nothing is. Pure.
func PeopleHeld(h ledger.PeopleHeld) string {
	var said []string
	if h.Goes > 0 {
		said = append(said, Plural(h.Goes, "export is", "exports are")+" past it and "+one(int(h.Goes), "goes", "go")+" within the hour.")
	}
	var stays int64
	var states []string
	for _, state := range ledger.States {
		if n := h.Stays[state]; n > 0 {
			stays += n
			states = append(states, Number(n)+" "+string(state))
		}
	}
	if stays > 0 {
		least := ""
		if h.More {
			least = "At least "
		}
		said = append(said, least+Plural(stays, "export is", "exports are")+" past it and "+one(int(stays), "stays", "stay")+
			" until somebody decides, or it is sent: "+strings.Join(states, ", ")+".")
	}
	return strings.Join(said, " ")
}

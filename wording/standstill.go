package wording

import (
	"fmt"

	"github.com/interviewing-io/greenhouse-export/ledger"
)

// Still is why nothing is sent with a company's key for now, with a sentence that says so.
type Still struct {
	ledger.Standstill
	Says string `json:"says"`
}

// OfStandstill puts a standstill into words; nil of none. Pure.
func OfStandstill(s *ledger.Standstill) *Still {
	if s == nil {
		return nil
	}
	return &Still{*s, standstill(*s)}
}

func standstill(s ledger.Standstill) string {
	switch {
	case s.Limited > 1:
		return fmt.Sprintf("Greenhouse asks us to slow down with the company's key (429, %d times in a row): nothing is sent with it until %s.", s.Limited, Time(s.Until))
	case s.Limited == 1:
		return fmt.Sprintf("Greenhouse asks us to slow down with the company's key (429): nothing is sent with it until %s.", Time(s.Until))
	case s.Limit == 1:
		return fmt.Sprintf("The one request that Greenhouse allows the company's key at a time is used up until %s.", Time(s.Until))
	default:
		return fmt.Sprintf("The %d requests that Greenhouse allows the company's key at a time are used up until %s.", s.Limit, Time(s.Until))
	}
}

// stillProblem names the company that stands still for longest.
func stillProblem(list []ledger.OrgStill) Problem {
	if len(list) == 0 {
		return Problem{}
	}
	first := list[0]
	because := "what Greenhouse allows its key is used up"
	switch {
	case first.Limited > 1:
		because = fmt.Sprintf("Greenhouse asks us to slow down (429, %d times in a row)", first.Limited)
	case first.Limited == 1:
		because = "Greenhouse asks us to slow down (429)"
	}
	says := fmt.Sprintf("nothing is sent for %s until %s, with %d waiting: %s", first.Org, Time(first.Until), first.Waiting, because)
	if more := int64(len(list) - 1); more > 0 {
		says += "; likewise for " + Plural(more, "other company", "other companies")
	}
	return problem(says, ledger.FaultGreenhouse,
		act("usually nothing, it goes on by itself; does somebody else use that key?", " ghexport org show "+first.Org).on(first.Org, "/orgs/"+first.Org), string(ledger.CauseLimited))
}

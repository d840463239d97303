package wording

import (
	"fmt"
	"strings"
	"time"
)

// ErasedAt holds what an erasure leaves at one company, whose own it is to end.
type ErasedAt struct {
	Org      string
	Profiles []string // addresses in its Greenhouse
	Doubtful []string // interviews of which nobody knows whether Greenhouse has them
}

// ErasedLetter returns what to write to a company after an erasure. It names nobody: the company knows them by their profile. Request is how
// whoever asked for it is called, such as a ticket. Pure.
func ErasedLetter(e ErasedAt, request string, at time.Time) string {
	var b strings.Builder
	fmt.Fprintf(&b, "Hello,\n\na person has asked us to erase their personal data (%s). On %s we erased the name, email, LinkedIn and notes that "+
		"interviewing.io's export to Greenhouse held about them. We cannot delete anything in your Greenhouse account; only you can.\n", request, Date(at))
	if len(e.Profiles) > 0 {
		fmt.Fprintf(&b, "\nPlease delete %s there, if the person's request concerns you, too:\n", one(len(e.Profiles), "this profile", "these profiles"))
		for _, profile := range e.Profiles {
			b.WriteString(profile + "\n")
		}
	}
	if len(e.Doubtful) > 0 {
		fmt.Fprintf(&b, "\nOf %s we do not know whether Greenhouse has a profile; please look:\n", one(len(e.Doubtful), "this interview", "these interviews"))
		for _, interview := range e.Doubtful {
			b.WriteString(interview + "\n")
		}
	}
	return b.String()
}

func one(n int, single, many string) string {
	if n == 1 {
		return single
	}
	return many
}

package wording

import (
	"cmp"
	"slices"
	"strings"
)

// weight describes how much a problem matters: how many people's exports it keeps back, and how many of those came in the last hour.
type weight struct{ people, lastHour int64 }

// soon returns how many it will keep back in an hour, if it goes on as in the last one.
func (w weight) soon() int64 { return w.people + w.lastHour }

// of is the problem with its weight.
func (p Problem) of(people, lastHour int64) Problem {
	p.weight = weight{people, lastHour}
	return p
}

// rank puts first what will have kept back most people an hour from now. What keeps back as many stays in the order it came in. Pure.
func rank(list []Problem) []Problem {
	slices.SortStableFunc(list, func(a, b Problem) int { return cmp.Compare(b.weight.soon(), a.weight.soon()) })
	return list
}

// Sentence returns what is wrong, as a sentence begins; a company's name stays as the company writes it.
func (p Problem) Sentence() string {
	if p.Org != "" && strings.HasPrefix(p.Says, p.Org) || p.Says == "" {
		return p.Says
	}
	return strings.ToUpper(p.Says[:1]) + p.Says[1:]
}

// Shell returns what a terminal adds, as it stands alone on a page.
func (a Act) Shell() string {
	for _, lead := range []string{", or: ", ": ", " "} {
		if rest, found := strings.CutPrefix(a.Command, lead); found {
			return rest
		}
	}
	return a.Command
}

package web

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/interviewing-io/greenhouse-export/store"
)

// option is one entry of a drop-down list.
type option struct {
	Value, Text string
	Chosen      bool
}

// jobChoice lists the jobs to choose from. What is chosen is among them even where Greenhouse lists it no more, so that saving the form
// changes only what somebody changed.
func jobChoice(jobs []store.SeenJob, chosen, none string) []option {
	list := []option{{Text: none, Chosen: chosen == ""}}
	found := chosen == ""
	for _, j := range jobs {
		o := option{Value: strconv.FormatInt(j.ID, 10), Text: j.Name}
		o.Chosen = o.Value == chosen
		if j.Name == "" {
			o.Text = "Job " + o.Value
		}
		if j.ClosedAt != nil {
			if !o.Chosen {
				continue // nobody can be put on it any more
			}
			o.Text += " (closed)"
		}
		found = found || o.Chosen
		list = append(list, o)
	}
	if !found {
		list = append(list, option{Value: chosen, Text: "Job " + chosen, Chosen: true})
	}
	return list
}

// closedSince is the day since which the chosen job is not open any more; empty while it is.
func closedSince(jobs []store.SeenJob, chosen string) string {
	for _, j := range jobs {
		if strconv.FormatInt(j.ID, 10) == chosen && j.ClosedAt != nil {
			return j.ClosedAt.UTC().Format("2 January 2006")
		}
	}
	return ""
}

// poolChoice lists pools and their stages as one, so that no stage of another pool can be chosen.
func poolChoice(pools []store.SeenPool, chosen string) []option {
	list := []option{{Text: "No pool", Chosen: chosen == ""}}
	found := chosen == ""
	add := func(value, text string) {
		list = append(list, option{Value: value, Text: text, Chosen: value == chosen})
		found = found || value == chosen
	}
	for _, p := range pools {
		add(strconv.FormatInt(p.ID, 10), p.Name)
		for _, s := range p.Stages {
			add(fmt.Sprintf("%d:%d", p.ID, s.ID), p.Name+" › "+s.Name)
		}
	}
	if !found {
		pool, stage, _ := strings.Cut(chosen, ":")
		text := "Pool " + pool
		if stage != "" {
			text += " › stage " + stage
		}
		add(chosen, text+", not in Greenhouse any more")
	}
	return list
}

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Widths of the table's columns, together with the mark and the gaps pageWidth.
const (
	titleWidth  = 17
	whatWidth   = 39
	becameWidth = 18
)

// exported is a row of `ghexport exports --json`, as far as the demo looks at it.
type exported struct {
	ID          int64   `json:"id"`
	OrgID       string  `json:"org_id"`
	InterviewID string  `json:"interview_id"`
	State       *string `json:"state"`
	Cause       *string `json:"cause"`
	Held        *string `json:"held"`
	ProfileURL  *string `json:"profile_url"`
}

// ending describes how everything stands at the end.
type ending struct {
	exports map[string]exported // by org/interview
	held    map[string]int      // candidates in Greenhouse by org/external id
}

// look reads the ledger through the command that a person would use, and Greenhouse.
func (st *stage) look(ctx context.Context) (ending, error) {
	text, err := st.ghexport.run(ctx, "", "exports", "--json")
	if err != nil {
		return ending{}, err
	}
	var rows []exported
	if err := json.Unmarshal([]byte(text), &rows); err != nil {
		return ending{}, fmt.Errorf("read the list of exports: %w", err)
	}
	e := ending{exports: map[string]exported{}, held: st.sim.held()}
	for _, row := range rows {
		e.exports[row.OrgID+"/"+row.InterviewID] = row
	}
	return e, nil
}

// became returns where a scene's interviews stand: the first that is not as expected, else any.
func (e ending) became(s scene) outcome {
	have := outcome{}
	for _, id := range s.ids() {
		row := e.exports[s.org+"/"+id]
		have = standing(row.State, row.Cause, row.Held)
		if have.state != s.want.state || have.cause != s.want.cause {
			return have
		}
	}
	have.sends = s.want.sends // Greenhouse is counted by candidate, below
	return have
}

// report prints the table and what Greenhouse holds, and returns how many rows and counts were not as expected.
func (st *stage) report(scenes []scene, e ending) int {
	wrong := 0
	st.out.printf("\n%s\n", st.out.bold("What became of each"))
	st.out.printf("  %s\n", st.out.dim("  "+pad("interview", titleWidth)+" "+pad("what happened, and why it ended so", whatWidth)+" "+
		pad("expected", becameWidth)+" "+"became"))
	for _, s := range scenes {
		have := e.became(s)
		good := have.state == s.want.state && have.cause == s.want.cause
		if note := st.sim.note(s.org, s.who.id); good && s.note != "" && !strings.Contains(note, s.note) {
			good, have.cause = false, "with another note"
		}
		if !good {
			wrong++
		}
		st.row(s, have, good, e)
	}
	doubled := miscounted(scenes, e.held)
	total := 0
	for _, n := range e.held {
		total += n
	}
	if len(doubled) == 0 {
		st.out.printf("\n  %s Greenhouse holds %d candidates: each that it should hold, once, and nobody else\n", st.out.mark(true), total)
	}
	for _, line := range doubled {
		st.out.printf("\n  %s Greenhouse: %s\n", st.out.mark(false), line)
	}
	switch n := st.sim.overstepped(); n {
	case 0:
		st.out.printf("  %s no request overstepped the rate limit\n", st.out.mark(true))
	default: // windows are guessed from headers in whole seconds, so this may happen; what may not is that one gets lost
		st.out.printf("  %s %d requests overstepped the rate limit, were refused, and went again\n", st.out.dim("·"), n)
	}
	return wrong + len(doubled)
}

func (st *stage) row(s scene, have outcome, good bool, e ending) {
	line := func(mark, title, what, expected, became string) {
		text := strings.TrimRight(fmt.Sprintf("  %s %s %s %s %s", mark, pad(title, titleWidth), what, expected, became), " ")
		st.out.printf("%s\n", text)
	}
	tint := st.out.green
	if !good {
		tint = st.out.red
	}
	expected, became := s.want.first(), have.first()
	if s.count > 1 {
		expected += fmt.Sprintf(", all %d", s.count)
		if good {
			became = expected
		}
	}
	line(st.out.mark(good), s.title(), pad(s.what, whatWidth), pad(expected, becameWidth), tint(became))
	line(" ", "", st.out.dim(pad(s.why, whatWidth)), st.out.dim(pad(s.want.cause, becameWidth)), st.out.dim(have.cause))
	if row := e.exports[s.org+"/"+s.ids()[0]]; row.ProfileURL != nil {
		st.out.printf("%s%s\n", strings.Repeat(" ", titleWidth+5), st.out.dim(*row.ProfileURL))
	}
}

// first is the outcome without its cause.
func (o outcome) first() string {
	if o.state == "" {
		return "no export"
	}
	return o.state
}

// miscounted names each candidate of whom Greenhouse holds more or fewer than the story says, nobody being allowed that is not in it.
func miscounted(scenes []scene, held map[string]int) []string {
	want := map[string]int{}
	for _, s := range scenes {
		for n := range s.ids() {
			want[s.org+"/"+s.candidate(n).id] += s.want.sends
		}
	}
	everybody := maps.Clone(want)
	maps.Copy(everybody, held)
	var wrong []string
	for _, who := range slices.Sorted(maps.Keys(everybody)) {
		if held[who] != want[who] {
			wrong = append(wrong, fmt.Sprintf("%s is there %d times, and should be %d times", who, held[who], want[who]))
		}
	}
	return wrong
}

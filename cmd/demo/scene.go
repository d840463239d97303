package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/interviewing-io/greenhouse-export/jobs"
)

// scene is one thing that happens to one interview, or to several in a row, and how it must end.
type scene struct {
	org       string
	interview int // iv_NNN
	count     int // interviews in a row, for a crowd; 1 when zero
	who       person
	what      string // at most whatWidth columns
	why       string // likewise
	play      []step
	want      outcome
	note      string // what the candidate's note must hold
}

// person is a made-up candidate.
type person struct{ id, name string }

// outcome is where an export stands. The zero outcome is that there is no export.
type outcome struct {
	state string // of the ledger, or "held" for one that waits for its company
	cause string // its cause, or why its company is held
	sends int    // candidates in Greenhouse because of this interview
}

// step is something that a producer, an operator or Greenhouse does.
type step func(ctx context.Context, st *stage, s scene) error

// ids are the interviews of a scene.
func (s scene) ids() []string {
	ids := []string{fmt.Sprintf("iv_%d", s.interview)}
	for i := 1; i < s.count; i++ {
		ids = append(ids, fmt.Sprintf("iv_%d", s.interview+i))
	}
	return ids
}

// title names a scene in a narrow column.
func (s scene) title() string {
	if s.count > 1 {
		return fmt.Sprintf("%s iv_%d…%d", s.org, s.interview, s.interview+s.count-1)
	}
	return fmt.Sprintf("%s iv_%d", s.org, s.interview)
}

// candidate is the scene's nth person, from 0. A crowd is told apart by number.
func (s scene) candidate(n int) person {
	if s.count <= 1 {
		return s.who
	}
	return person{fmt.Sprintf("%s_%d", s.who.id, n+1), fmt.Sprintf("%s No. %d", s.who.name, n+1)}
}

// result is the scene's nth interview as a producer hands it over when both said yes.
func (s scene) result(n int) jobs.InterviewResult {
	c, who := companyOf(s.org), s.candidate(n)
	handle := strings.ReplaceAll(strings.TrimPrefix(who.id, "cand_"), "_", "-")
	r := jobs.InterviewResult{
		OrgID: s.org, InterviewID: s.ids()[n], Version: 1,
		InterviewedAt: time.Now().Add(-time.Hour).Truncate(time.Second), TimeZone: c.zone,
		Interviewer:         jobs.Interviewer{Name: c.interviewer, Email: "interviews@" + c.org + ".example"},
		InterviewerAdvances: new(true), CandidateContinues: new(true),
		Candidate: jobs.Candidate{
			ID: who.id, FullName: who.name, Email: handle + "@example.com", LinkedIn: "https://www.linkedin.com/in/" + handle,
		},
		Scores: jobs.Scores{TechnicalSkills: new(4), CommunicationSkills: new(3), ProblemSolvingAbility: new(3)},
		FreeformFeedback: "Clear thinking, and a careful answer to why `a < b && c` was wrong.\n" +
			"Knew when vector<int> beats a list, and asked good questions about the rest.",
	}
	if traced() {
		r.Traceparent = traceparent()
	}
	return r
}

// anonymous is a result before both said yes: the person is not named yet.
func anonymous(r *jobs.InterviewResult) {
	r.Candidate = jobs.Candidate{ID: r.Candidate.ID}
}

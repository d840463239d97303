package main

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/interviewing-io/greenhouse-export/greenhouse"
	"github.com/interviewing-io/greenhouse-export/jobs"
	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/worker/render"
)

// createdBy is the Greenhouse user of every company.
const createdBy = "recruiting@bench.example"

// feedback makes a message of about so many kB: a repetition is 96 bytes in JSON, and the rest of the message half a kB.
func feedback(kb int) string {
	return strings.TrimSpace(strings.Repeat("Clear thinking, asked before coding, tested the edges & kept vector<int> small. ", 9+(kb-1)*21/2))
}

// result is one successful interview.
type result struct {
	org int
	id  string // interview and, prefixed, candidate: everybody is somebody else
	kb  int    // size of its message, about
}

// results are n interviews, the companies by turns.
func (s settings) results(prefix string, n int) []result {
	list := make([]result, n)
	for i := range list {
		list[i] = result{org: i % s.Orgs, id: fmt.Sprintf("%s-%06d", prefix, i), kb: s.KB}
	}
	return list
}

func orgID(org int) string  { return fmt.Sprintf("org-%04d", org) }
func apiKey(org int) string { return fmt.Sprintf("bench-key-of-company-%04d", org) }

func candidateID(interview string) string { return "cand-" + interview }

// message returns what a producer hands to ghexport.enqueue.
func (r result) message() string {
	text, err := json.Marshal(map[string]any{
		"schema_version": 1, "org_id": orgID(r.org), "interview_id": r.id, "version": 1,
		"interviewed_at": "2017-09-28T17:00:00Z", "time_zone": "America/Los_Angeles",
		"interviewer":          map[string]any{"name": "Interviewer Name", "email": "lee@bench.example"},
		"interviewer_advances": true, "candidate_continues": true,
		"candidate": map[string]any{
			"id": candidateID(r.id), "full_name": "Ada King Lovelace", "email": r.id + "@bench.example",
			"linkedin": "https://www.linkedin.com/in/ada",
		},
		"scores":            map[string]any{"technical_skills": 4, "communication_skills": 3, "problem_solving_ability": 3},
		"freeform_feedback": feedback(r.kb),
	})
	if err != nil {
		panic(err) // strings and numbers always marshal
	}
	return string(text)
}

// candidate is the body that comes of it at Greenhouse, byte for byte the one that ours sends.
func (r result) candidate() (greenhouse.CreateCandidate, error) {
	decoded, err := jobs.Decode([]byte(r.message()))
	if err != nil {
		return greenhouse.CreateCandidate{}, err
	}
	text, err := render.Render(decoded, "", ledger.NoteFormatLines)
	if err != nil {
		return greenhouse.CreateCandidate{}, err
	}
	return greenhouse.CreateCandidate{
		Prospect: true, FirstName: text.FirstName, LastName: text.LastName, ExternalID: decoded.Candidate.ID,
		Emails:      []greenhouse.Email{{Email: text.Email, Type: "other"}},
		SocialMedia: []greenhouse.SocialMedia{{URL: text.LinkedIn}}, Notes: text.Note,
	}, nil
}

// identifier is a word for databases and tables.
func identifier(name string) string { return strings.ReplaceAll(name, "-", "_") }

package jobs

import (
	"cmp"
	"encoding/json"
	"slices"
)

const (
	maxVersion = 1<<53 - 1 // what every language's JSON numbers hold exactly
	maxID      = 200
	maxName    = 500
	maxLine    = 200
)

// checker reads a message and gathers what is wrong with it, in the contract's order. Migration 00002 holds the same rules in SQL,
// function by function.
type checker struct {
	found []FieldError
}

func (c *checker) refuse(field, message string) {
	c.found = append(c.found, FieldError{field, message})
}

// mistyped refuses a value of another type than the field has, and names both: "7" is a string and no number, whatever is in it.
func (c *checker) mistyped(field, want string, value any) {
	is := "null"
	switch value.(type) {
	case string:
		is = "a string"
	case json.Number:
		is = "a number"
	case bool:
		is = "a boolean"
	case []any:
		is = "a list"
	case map[string]any:
		is = "an object"
	}
	c.refuse(field, "must be "+want+", not "+is)
}

// object is a JSON object and the path that leads to it: "" or "candidate.".
type object struct {
	path   string
	fields map[string]any
}

func (c *checker) result(root any) InterviewResult {
	fields, isObject := root.(map[string]any)
	if !isObject {
		c.mistyped("message", "a JSON object", root)
		return InterviewResult{}
	}
	if jsonbSize(root) > maxMessage {
		c.refuse("message", "must be at most 262144 bytes")
		return InterviewResult{}
	}
	m := object{"", fields}
	bothYes := fields["interviewer_advances"] == true && fields["candidate_continues"] == true
	r := InterviewResult{
		SchemaVersion:       int(value(c.whole(m, "schema_version", SchemaVersion, SchemaVersion, true))),
		OrgID:               c.id(m, "org_id"),
		InterviewID:         c.id(m, "interview_id"),
		Version:             value(c.whole(m, "version", 0, maxVersion, true)),
		InterviewedAt:       c.time(m, "interviewed_at"),
		TimeZone:            c.zone(m, "time_zone"),
		Interviewer:         c.interviewer(m),
		InterviewerAdvances: c.flag(m, "interviewer_advances"),
		CandidateContinues:  c.flag(m, "candidate_continues"),
		Candidate:           c.candidate(m, bothYes),
		Scores:              c.scores(m),
		FreeformFeedback:    c.text(m, "freeform_feedback"),
		Practice:            value(c.flag(m, "practice")),
		Job:                 c.line(m, "job", maxLine),
		Traceparent:         c.line(m, "traceparent", maxLine),
	}
	c.unknown(m, "schema_version", "org_id", "interview_id", "version", "interviewed_at", "time_zone", "interviewer",
		"interviewer_advances", "candidate_continues", "candidate", "scores", "freeform_feedback", "practice", "job", "traceparent")
	return r
}

func (c *checker) interviewer(m object) Interviewer {
	o, ok := c.object(m, "interviewer")
	if !ok {
		return Interviewer{}
	}
	i := Interviewer{Name: c.line(o, "name", maxName), Email: c.email(o, "email")}
	c.unknown(o, "name", "email")
	return i
}

func (c *checker) candidate(m object, bothYes bool) Candidate {
	o, ok := c.object(m, "candidate")
	if !ok {
		return Candidate{}
	}
	var p Candidate
	p.ID = c.id(o, "id")
	if bothYes && !given(o, "full_name") && (!given(o, "first_name") || !given(o, "last_name")) {
		c.refuse("candidate.full_name", "is required once both decisions are true, or first_name and last_name")
	}
	p.FullName = c.line(o, "full_name", maxName)
	p.FirstName = c.line(o, "first_name", maxName)
	p.LastName = c.line(o, "last_name", maxName)
	if bothYes && !given(o, "email") {
		c.refuse("candidate.email", "is required once both decisions are true")
	}
	p.Email = c.email(o, "email")
	p.LinkedIn = c.text(o, "linkedin")
	c.unknown(o, "id", "full_name", "first_name", "last_name", "email", "linkedin")
	return p
}

func (c *checker) scores(m object) Scores {
	o, ok := c.object(m, "scores")
	if !ok {
		return Scores{}
	}
	score := func(name string) *int {
		if n := c.whole(o, name, 1, 4, false); n != nil {
			return new(int(*n))
		}
		return nil
	}
	s := Scores{
		TechnicalSkills:       score("technical_skills"),
		CommunicationSkills:   score("communication_skills"),
		ProblemSolvingAbility: score("problem_solving_ability"),
	}
	c.unknown(o, "technical_skills", "communication_skills", "problem_solving_ability")
	return s
}

// object reads a nested object; one that is absent is an empty one.
func (c *checker) object(m object, name string) (object, bool) {
	path := m.path + name
	switch v := m.fields[name].(type) {
	case nil:
		return object{path + ".", nil}, true
	case map[string]any:
		return object{path + ".", v}, true
	default:
		c.mistyped(path, "an object", v)
		return object{}, false
	}
}

// unknown refuses all other fields, in jsonb's order of keys: by length, then by bytes.
func (c *checker) unknown(o object, known ...string) {
	var rest []string
	for name := range o.fields {
		if !slices.Contains(known, name) {
			rest = append(rest, name)
		}
	}
	slices.SortFunc(rest, func(a, b string) int { return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b)) })
	for _, name := range rest {
		c.refuse(o.path+name, "unknown field")
	}
}

// value reads an optional value, its zero standing for absence.
func value[T any](p *T) T {
	if p == nil {
		var zero T
		return zero
	}
	return *p
}

package greenhousesim

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
)

// The stages that a candidate goes through when it moves by itself.
var stages = []string{"Application Review", "Phone Screen", "Onsite", "Offer"}

// Move holds what a recruiter does to a candidate; empty fields stay as they are.
type Move struct {
	ID     int64  `json:"id"`
	Status string `json:"status,omitempty"` // active, rejected or hired
	Stage  string `json:"stage,omitempty"`
	JobID  int64  `json:"job_id,omitempty"` // of the candidate's account; a prospect becomes a candidate of the job
}

// errNoCandidate says that no account has it.
var errNoCandidate = errors.New("no such candidate")

// Move moves a candidate of any account.
func (s *Sim) Move(m Move) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, a := range s.accounts {
		if c := a.byID[m.ID]; c != nil {
			return s.move(a, c, m)
		}
	}
	return errNoCandidate
}

// move is called with mu held.
func (s *Sim) move(a *account, c *Candidate, m Move) error {
	if m.Status != "" && !slices.Contains([]string{"active", "rejected", "hired"}, m.Status) {
		return fmt.Errorf("status %q: want active, rejected or hired", m.Status)
	}
	before := *c
	if m.JobID != 0 {
		j := a.job(m.JobID)
		if j == nil {
			return errors.New("no such job")
		}
		c.JobID, c.Job, c.Prospect = j.ID, j.Name, false
	}
	c.Status, c.Stage = cmp.Or(m.Status, c.Status), cmp.Or(m.Stage, c.Stage)
	s.moved(a, before, c)
	s.wake()
	return nil
}

// Advance moves everybody who is active one stage on; after the last one is hired, and of each five one is rejected after the first.
func (s *Sim) Advance() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, a := range s.accounts {
		for _, c := range a.candidates {
			if c.Status == "active" {
				_ = s.move(a, c, next(c)) // made here, so it is a move that can be
			}
		}
	}
}

func next(c *Candidate) Move {
	at := slices.Index(stages, c.Stage)
	switch {
	case at == 1 && c.ID%5 == 0:
		return Move{Status: "rejected"}
	case at == len(stages)-1:
		return Move{Status: "hired"}
	default:
		return Move{Stage: stages[at+1]} // an own stage of a test is -1, before the first
	}
}

// Merge merges a candidate into another of its account, whose id alone is known from then on.
func (s *Sim) Merge(id, into int64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, a := range s.accounts {
		if a.byID[id] == nil {
			continue
		}
		if a.byID[into] == nil || id == into {
			return errors.New("merge into another candidate of the same account")
		}
		s.gone(a, a.byID[id], into)
		a.remove(id)
		s.wake()
		return nil
	}
	return errNoCandidate
}

// Delete removes a candidate of any account.
func (s *Sim) Delete(id int64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, a := range s.accounts {
		if c := a.byID[id]; c != nil {
			s.gone(a, c, 0)
			a.remove(id)
			s.wake()
			return nil
		}
	}
	return errNoCandidate
}

func (a *account) remove(id int64) {
	delete(a.byID, id)
	a.candidates = slices.DeleteFunc(a.candidates, func(c *Candidate) bool { return c.ID == id })
}

// moves registers what can be done to candidates from outside:
//
//	POST /_sim/moves    a Move
//	POST /_sim/merges   {"id", "into"}
//	POST /_sim/deletes  {"id"}
//	POST /_sim/advance  {}: everybody moves one stage on
func (s *Sim) moves() {
	done := map[string]bool{"done": true}
	s.mux.HandleFunc("POST /_sim/moves", order(func(m Move) (any, error) { return done, s.Move(m) }))
	s.mux.HandleFunc("POST /_sim/merges", order(func(m struct {
		ID   int64 `json:"id"`
		Into int64 `json:"into"`
	}) (any, error) {
		return done, s.Merge(m.ID, m.Into)
	}))
	s.mux.HandleFunc("POST /_sim/deletes", order(func(m struct {
		ID int64 `json:"id"`
	}) (any, error) {
		return done, s.Delete(m.ID)
	}))
	s.mux.HandleFunc("POST /_sim/advance", order(func(struct{}) (any, error) { s.Advance(); return done, nil }))
	s.mux.HandleFunc("POST /people/{id}", s.moveByForm)
}

// moveByForm does what a button of the candidate's page says, and shows the page again.
func (s *Sim) moveByForm(w http.ResponseWriter, r *http.Request) {
	id, _ := strconv.ParseInt(r.PathValue("id"), 10, 64)
	var err error
	if r.PostFormValue("do") == "delete" {
		err = s.Delete(id)
	} else {
		err = s.Move(Move{ID: id, Status: r.PostFormValue("status"), Stage: r.PostFormValue("stage")})
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	http.Redirect(w, r, r.URL.Path, http.StatusSeeOther) //nolint:gosec // the path that was asked for, which the route has matched
}

package greenhousesim

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Candidate is a person as this Greenhouse keeps it.
type Candidate struct {
	ID            int64     `json:"id"`
	ApplicationID int64     `json:"application_id"`
	ProfileURL    string    `json:"profile_url"`
	Account       string    `json:"account"` // the account's name
	At            time.Time `json:"at"`
	AddedBy       string    `json:"added_by"` // the user's name
	AddedByEmail  string    `json:"added_by_email"`
	CreditTo      string    `json:"credit_to"` // the referrer's name, else the user's
	Source        string    `json:"source"`

	Prospect   bool     `json:"prospect"`
	JobID      int64    `json:"job_id,omitempty"`
	Job        string   `json:"job,omitempty"`
	Pool       string   `json:"prospect_pool,omitempty"`
	PoolStage  string   `json:"prospect_pool_stage,omitempty"`
	FirstName  string   `json:"first_name"`
	LastName   string   `json:"last_name"`
	ExternalID string   `json:"external_id"`
	Emails     []string `json:"emails"`
	Links      []string `json:"links"` // social media
	Notes      string   `json:"notes"`

	Status string `json:"status"` // active, rejected or hired
	Stage  string `json:"stage"`
}

// Name is the full name.
func (c Candidate) Name() string { return strings.TrimSpace(c.FirstName + " " + c.LastName) }

// Candidates returns what this key's account holds ("" for all), oldest first.
func (s *Sim) Candidates(key string) []Candidate {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := []Candidate{}
	for _, a := range s.accounts {
		if key == "" || a.Key == key {
			for _, c := range a.candidates {
				list = append(list, *c)
			}
		}
	}
	return list
}

// EditCandidate changes a candidate of any account as a recruiter might, for one the status.
func (s *Sim) EditCandidate(id int64, edit func(*Candidate)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, a := range s.accounts {
		if c := a.byID[id]; c != nil {
			edit(c)
			return
		}
	}
	panic("greenhousesim: no candidate with this id")
}

// DeleteCandidate removes one, as deleting or merging it in Greenhouse does.
func (s *Sim) DeleteCandidate(id int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, a := range s.accounts {
		a.remove(id)
	}
}

type createdBody struct {
	ID            int64  `json:"id"`
	ApplicationID int64  `json:"application_id"`
	ExternalID    string `json:"external_id"`
	ProfileURL    string `json:"profile_url"`
}

// createCandidates takes one object or an array of them, and answers alike.
func (s *Sim) createCandidates(q *asked) reply {
	text := bytes.TrimSpace(q.body)
	array := len(text) > 0 && text[0] == '['
	items := []json.RawMessage{text}
	if !json.Valid(text) || array && json.Unmarshal(text, &items) != nil {
		return refuse(http.StatusBadRequest, "", "Your request included invalid JSON.")
	}
	people := make([]*posted, len(items))
	for i, item := range items {
		p, wrong := parsePosted(item)
		if len(wrong) > 0 {
			return reply{s.cfg.InvalidStatus, errorBody{wrong}}
		}
		people[i] = p
	}

	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range people {
		if r := s.permit(q, p); r.status != 0 {
			return r
		}
	}
	list := make([]createdBody, len(people))
	for i, p := range people {
		c := s.keep(q, p)
		list[i] = createdBody{c.ID, c.ApplicationID, c.ExternalID, c.ProfileURL}
	}
	q.record.Accepted = len(list) > 0
	s.wake()
	if array {
		return reply{http.StatusOK, list}
	}
	return reply{http.StatusOK, list[0]}
}

// keep stores a candidate; mu is held.
func (s *Sim) keep(q *asked, p *posted) *Candidate {
	c := &Candidate{
		ID: s.nextID(), ApplicationID: s.nextID(), Account: q.account.Name, At: q.now,
		AddedBy: q.user.Name, AddedByEmail: q.user.Email, CreditTo: q.user.Name, Source: s.cfg.Source,
		Prospect: p.prospect, JobID: p.JobID, FirstName: p.FirstName, LastName: p.LastName, ExternalID: p.ExternalID,
		Notes: p.Notes, Status: "active", Stage: "Application Review",
	}
	c.ProfileURL = fmt.Sprintf("%s/people/%d?application_id=%d", s.cfg.PublicURL, c.ID, c.ApplicationID)
	if j := q.account.job(p.JobID); j != nil {
		c.Job = j.Name
	}
	if pool, stage := q.account.pool(p.ProspectPoolID, p.ProspectPoolStageID); pool != nil {
		c.Pool, c.PoolStage = pool.Name, stage
	}
	if p.Referrer != nil {
		c.CreditTo = p.Referrer.FirstName + " " + p.Referrer.LastName
	}
	for _, e := range p.Emails {
		c.Emails = append(c.Emails, e.Email)
	}
	for _, l := range p.SocialMedia {
		c.Links = append(c.Links, l.URL)
	}
	q.account.candidates = append(q.account.candidates, c)
	q.account.byID[c.ID] = c
	return c
}

// readCandidates leaves out what the user may not see, as Greenhouse does, without a word.
func (s *Sim) readCandidates(q *asked) reply {
	if q.user.Level == Basic {
		return forbidden()
	}
	type application struct {
		ID         int64  `json:"id"`
		Job        string `json:"job"`
		Status     string `json:"status"`
		Stage      string `json:"stage"`
		ProfileURL string `json:"profile_url"`
	}
	type item struct {
		ID           int64         `json:"id"`
		Name         string        `json:"name"`
		ExternalID   *string       `json:"external_id"`
		Applications []application `json:"applications"`
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	list := []item{}
	for part := range strings.SplitSeq(q.URL.Query().Get("candidate_ids"), ",") {
		id, _ := strconv.ParseInt(strings.TrimSpace(part), 10, 64)
		c := q.account.byID[id]
		if c == nil || !q.account.mayRead(q.user, c) {
			continue
		}
		status := c.Status
		if s.cfg.OneAsObject {
			status = strings.ToUpper(status[:1]) + status[1:]
		}
		list = append(list, item{c.ID, c.Name(), &c.ExternalID,
			[]application{{c.ApplicationID, c.Job, status, c.Stage, c.ProfileURL}}})
	}
	if s.cfg.OneAsObject && len(list) == 1 {
		return reply{http.StatusOK, list[0]}
	}
	return reply{http.StatusOK, list}
}

func (a *account) mayRead(u User, c *Candidate) bool {
	if c.JobID == 0 {
		return u.CanManageUnattachedProspects
	}
	j := a.job(c.JobID)
	return j != nil && u.sees(j)
}

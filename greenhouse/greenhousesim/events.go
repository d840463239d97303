package greenhousesim

import "time"

// Anonymise takes a candidate's name, addresses and notes, as a company may in its Greenhouse.
func (s *Sim) Anonymise(id int64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, a := range s.accounts {
		if c := a.byID[id]; c != nil {
			c.FirstName, c.LastName, c.Emails, c.Links, c.Notes = "Anonymized", "", nil, nil, ""
			s.hooked(a, "candidate_anonymized", map[string]any{"candidate_id": id, "anonymized_fields": []string{"full_name", "email_addresses", "notes"}})
			s.wake()
			return nil
		}
	}
	return errNoCandidate
}

// created tells of a candidate that was just made; mu is held.
func (s *Sim) created(a *account, c *Candidate) {
	action := "new_candidate_application"
	if c.Prospect {
		action = "new_prospect_application"
	}
	s.hooked(a, action, applicationPayload(c, s.now()))
}

// moved tells of what changed between two states of a candidate; mu is held.
func (s *Sim) moved(a *account, before Candidate, c *Candidate) {
	var actions []string
	switch {
	case before.Status == c.Status:
	case c.Status == "hired":
		actions = append(actions, "hire_candidate")
	case c.Status == "rejected":
		actions = append(actions, "reject_candidate")
	case before.Status == "hired":
		actions = append(actions, "unhire_candidate")
	case before.Status == "rejected":
		actions = append(actions, "unreject_candidate")
	}
	if before.Stage != c.Stage {
		actions = append(actions, "candidate_stage_change")
	}
	if before.JobID != c.JobID {
		actions = append(actions, "application_updated")
	}
	for _, action := range actions {
		s.hooked(a, action, applicationPayload(c, s.now()))
	}
}

// gone tells of a candidate that is no more, or another one; mu is held. A merge that no web hook hears is told as a deletion.
func (s *Sim) gone(a *account, c *Candidate, into int64) {
	person := map[string]any{"id": c.ID, "first_name": c.FirstName, "last_name": c.LastName, "created_at": c.At.UTC().Format(time.RFC3339)}
	if into != 0 && a.Hook.hears("merge_candidate") {
		person["new_candidate_id"] = into
		s.hooked(a, "merge_candidate", map[string]any{"person": person})
		return
	}
	person["deleted_application_ids"] = []int64{c.ApplicationID}
	s.hooked(a, "delete_candidate", map[string]any{"person": person})
}

// applicationPayload is the part of the documentation's samples that this simulator knows.
func applicationPayload(c *Candidate, now time.Time) map[string]any {
	emails := []map[string]string{}
	for _, email := range c.Emails {
		emails = append(emails, map[string]string{"value": email, "type": "personal"})
	}
	jobs := []map[string]any{}
	if c.JobID != 0 {
		jobs = append(jobs, map[string]any{"id": c.JobID, "name": c.Job, "status": "open"})
	}
	application := map[string]any{
		"id": c.ApplicationID, "prospect": c.Prospect, "status": c.Status, "applied_at": c.At.UTC().Format(time.RFC3339),
		"last_activity_at": now.UTC().Format(time.RFC3339Nano), "url": c.ProfileURL, "source": map[string]any{"id": 31, "public_name": c.Source},
		"credited_to": map[string]any{"name": c.CreditTo}, "current_stage": map[string]any{"id": 71416, "name": c.Stage, "interviews": []any{}},
		"candidate": map[string]any{
			"id": c.ID, "first_name": c.FirstName, "last_name": c.LastName, "created_at": c.At.UTC().Format(time.RFC3339), "external_id": c.ExternalID,
			"is_private": false, "can_email": true, "phone_numbers": []any{}, "email_addresses": emails,
		},
		"jobs": jobs,
	}
	if c.Status == "rejected" {
		application["rejected_at"] = now.UTC().Format(time.RFC3339)
	}
	return map[string]any{"application": application}
}

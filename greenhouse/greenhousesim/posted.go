package greenhousesim

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
)

// posted is a candidate as it arrives.
type posted struct {
	Prospect            json.RawMessage `json:"prospect"` // the documentation prints "true", in quotes
	JobID               int64           `json:"job_id"`
	FirstName           string          `json:"first_name"`
	LastName            string          `json:"last_name"`
	Company             string          `json:"company"`
	Title               string          `json:"title"`
	Resume              string          `json:"resume"`
	ExternalID          string          `json:"external_id"`
	Notes               string          `json:"notes"`
	ProspectPoolID      int64           `json:"prospect_pool_id"`
	ProspectPoolStageID int64           `json:"prospect_pool_stage_id"`
	ProspectOwnerEmail  string          `json:"prospect_owner_email"`
	Emails              []postedEmail   `json:"emails"`
	SocialMedia         []postedLink    `json:"social_media"`
	Referrer            *postedReferrer `json:"referrer"`

	prospect bool
}

type postedEmail struct {
	Email string `json:"email"`
	Type  string `json:"type"`
}

type postedLink struct {
	URL string `json:"url"`
}

type postedReferrer struct {
	Email     string `json:"email"`
	FirstName string `json:"first_name"`
	LastName  string `json:"last_name"`
}

// UnmarshalJSON refuses unknown fields: "value" is what the vendor's other API calls an email.
func (e *postedEmail) UnmarshalJSON(raw []byte) error {
	type plain postedEmail
	return strict(raw, (*plain)(e))
}

// UnmarshalJSON refuses unknown fields.
func (l *postedLink) UnmarshalJSON(raw []byte) error {
	type plain postedLink
	return strict(raw, (*plain)(l))
}

// UnmarshalJSON refuses unknown fields.
func (r *postedReferrer) UnmarshalJSON(raw []byte) error {
	type plain postedReferrer
	return strict(raw, (*plain)(r))
}

func strict(raw []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	return d.Decode(into)
}

// parsePosted decodes and checks what can be checked without the account.
func parsePosted(raw []byte) (*posted, []errorEntry) {
	var p posted
	var wrong complaints
	if err := json.Unmarshal(raw, &p); err != nil {
		field := ""
		var kind *json.UnmarshalTypeError
		if errors.As(err, &kind) {
			field = kind.Field
		}
		wrong.add(field, "Is of the wrong type or has an unknown field")
		return nil, wrong
	}
	switch string(p.Prospect) {
	case "", "null", "true", `"true"`:
		p.prospect = true
	case "false", `"false"`:
	default:
		wrong.add("prospect", "Must be true or false")
	}
	wrong.need("first_name", p.FirstName)
	wrong.need("last_name", p.LastName)
	wrong.need("external_id", p.ExternalID)
	p.checkTarget(&wrong)
	p.checkPeople(&wrong)
	return &p, wrong
}

func (p *posted) checkTarget(wrong *complaints) {
	switch {
	case !p.prospect && p.JobID == 0:
		wrong.add("job_id", "Is required unless prospect is true")
	case p.prospect && p.JobID != 0:
		wrong.add("job_id", "Is not allowed when prospect is true")
	}
	if !p.prospect && p.ProspectPoolID != 0 {
		wrong.add("prospect_pool_id", "Is not allowed unless prospect is true")
	}
	if p.ProspectPoolStageID != 0 && p.ProspectPoolID == 0 {
		wrong.add("prospect_pool_id", "Is required with prospect_pool_stage_id")
	}
}

func (p *posted) checkPeople(wrong *complaints) {
	for _, e := range p.Emails {
		local, domain, found := strings.Cut(e.Email, "@")
		if !found || local == "" || !strings.Contains(domain, ".") || strings.ContainsAny(e.Email, " \t\r\n") {
			wrong.add("emails", "Must be an email address")
		}
		if !slices.Contains([]string{"personal", "work", "other"}, e.Type) {
			wrong.add("emails", "Type must be one of: personal, work, other")
		}
	}
	for _, l := range p.SocialMedia {
		if u, err := url.Parse(l.URL); err != nil || u.Host == "" || !strings.HasPrefix(u.Scheme, "http") {
			wrong.add("social_media", "Must be a URL")
		}
	}
	if r := p.Referrer; r != nil && (r.Email == "" || r.FirstName == "" || r.LastName == "") {
		wrong.add("referrer", "Must have email, first_name and last_name")
	}
}

type complaints []errorEntry

func (c *complaints) add(field, message string) { *c = append(*c, errorEntry{message, field}) }

func (c *complaints) need(field, value string) {
	if strings.TrimSpace(value) == "" {
		c.add(field, fmt.Sprintf("Missing required field: %s", field))
	}
}

// permit checks a candidate against the account and the user's rights; status 0 lets it pass. mu is held.
func (s *Sim) permit(q *asked, p *posted) reply {
	if p.prospect {
		if q.account.NoProspects {
			return forbidden()
		}
		pool, stage := q.account.pool(p.ProspectPoolID, p.ProspectPoolStageID)
		if p.ProspectPoolID != 0 && pool == nil {
			return notFound()
		}
		if p.ProspectPoolStageID != 0 && stage == "" {
			return refuse(s.cfg.InvalidStatus, "prospect_pool_stage_id", "Does not belong to the pool")
		}
		return reply{}
	}
	j := q.account.job(p.JobID)
	switch {
	case j == nil || j.Closed:
		return notFound()
	case !q.user.sees(j):
		return forbidden()
	}
	return reply{}
}

// pool finds a pool, nil when it is not there, and the name of its stage, "" when that is not.
func (a *account) pool(id, stageID int64) (*ProspectPool, string) {
	for i := range a.ProspectPools {
		if p := &a.ProspectPools[i]; p.ID == id {
			for _, st := range p.Stages {
				if st.ID == stageID {
					return p, st.Name
				}
			}
			return p, ""
		}
	}
	return nil, ""
}

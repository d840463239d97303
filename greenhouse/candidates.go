package greenhouse

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// CreateCandidate holds what is sent about a person: https://developers.greenhouse.io/candidate-ingestion.html#post-candidates
type CreateCandidate struct {
	// Prospect is true for somebody on no particular job, and false together with JobID.
	Prospect            bool          `json:"prospect"`
	JobID               int64         `json:"job_id,omitempty"`
	FirstName           string        `json:"first_name"`
	LastName            string        `json:"last_name"`
	ExternalID          string        `json:"external_id"`
	Emails              []Email       `json:"emails,omitempty"`
	SocialMedia         []SocialMedia `json:"social_media,omitempty"`
	Notes               string        `json:"notes,omitempty"`
	Referrer            *Referrer     `json:"referrer,omitempty"`
	ProspectPoolID      int64         `json:"prospect_pool_id,omitempty"`
	ProspectPoolStageID int64         `json:"prospect_pool_stage_id,omitempty"` // needs ProspectPoolID
}

// Email is an address and its kind: personal, work or other.
type Email struct {
	Email string `json:"email"`
	Type  string `json:"type"`
}

// SocialMedia is a page of the person.
type SocialMedia struct {
	URL string `json:"url"`
}

// Referrer gets the credit; without one the user in whose name the request is made does. All three are needed, and
// an unknown email makes Greenhouse create a new referrer.
type Referrer struct {
	Email     string `json:"email"`
	FirstName string `json:"first_name"`
	LastName  string `json:"last_name"`
}

// Body is the request's body, byte for byte as [Client.Create] sends it.
func (c CreateCandidate) Body() ([]byte, error) { return encode(c) }

// Created names what Greenhouse made. ID is always positive; the others are zero where the answer left them out.
type Created struct {
	ID            int64 // the candidate's
	ApplicationID int64
	ExternalID    string
	ProfileURL    string // an absolute web address or ""
}

// Create sends one candidate, as one object and never as an array: for several at once Greenhouse does not say which
// of them failed. It is NOT safe to call twice: Greenhouse knows no idempotency key and makes a second candidate. A
// 2xx without a readable candidate id is an *Error of ClassUnreadable. See Fence for the limit.
func (c *Client) Create(ctx context.Context, cred Credential, cand CreateCandidate, fence Fence) (*Created, Answer, error) {
	return do(ctx, c, cred, call{op: OpCreate, method: http.MethodPost, path: "candidates", send: cand, fence: fence}, decodeCreated)
}

func decodeCreated(body []byte) (*Created, error) {
	got, err := object[struct {
		ID            looseID   `json:"id"`
		ApplicationID looseID   `json:"application_id"`
		ExternalID    looseText `json:"external_id"`
		ProfileURL    looseText `json:"profile_url"`
	}](body)
	if err != nil {
		return nil, err
	}
	if got.ID == 0 {
		return nil, &contentError{errors.New("no candidate id")}
	}
	return &Created{int64(got.ID), int64(got.ApplicationID), string(got.ExternalID), link(got.ProfileURL)}, nil
}

// CandidateStatus tells where a candidate stands.
type CandidateStatus struct {
	ID           int64
	Name         string
	ExternalID   string // "" when Greenhouse has none
	Applications []Application
}

// Application is a candidate's standing on one job, or on none.
type Application struct {
	ID         int64
	Job        string // the job's name
	Status     string // "rejected", "active" or "hired", in lower case
	Stage      string
	ProfileURL string // an absolute web address or ""
}

// ReadStatus reads candidates by Greenhouse's own ids; it knows no other lookup. Ids that the user may not see, that
// were merged or deleted, or whose source was changed are left out without a word, so absence proves nothing.
func (c *Client) ReadStatus(ctx context.Context, cred Credential, ids []int64) ([]CandidateStatus, Answer, error) {
	texts := make([]string, len(ids))
	for i, id := range ids {
		texts[i] = strconv.FormatInt(id, 10)
	}
	return do(ctx, c, cred, call{
		op: OpReadStatus, method: http.MethodGet, path: "candidates", limit: maxList,
		query: url.Values{"candidate_ids": {strings.Join(texts, ",")}},
	}, decodeStatuses)
}

func decodeStatuses(body []byte) ([]CandidateStatus, error) {
	got, err := objects[struct {
		ID           looseID   `json:"id"`
		Name         looseText `json:"name"`
		ExternalID   looseText `json:"external_id"`
		Applications []struct {
			ID         looseID   `json:"id"`
			Job        looseText `json:"job"`
			Status     looseText `json:"status"`
			Stage      looseText `json:"stage"`
			ProfileURL looseText `json:"profile_url"`
		} `json:"applications"`
	}](body)
	if err != nil {
		return nil, err
	}
	list := make([]CandidateStatus, 0, len(got))
	for _, g := range got {
		if g.ID == 0 {
			return nil, &contentError{errors.New("no candidate id")}
		}
		s := CandidateStatus{ID: int64(g.ID), Name: string(g.Name), ExternalID: string(g.ExternalID)}
		for _, a := range g.Applications {
			// The documentation names the statuses in lower case and prints "Active".
			s.Applications = append(s.Applications, Application{int64(a.ID), string(a.Job),
				strings.ToLower(string(a.Status)), string(a.Stage), link(a.ProfileURL)})
		}
		list = append(list, s)
	}
	return list, nil
}

package greenhouse

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"strings"
	"time"
)

// Headers of Greenhouse's webhooks.
const (
	SignatureHeader = "Signature"           // "sha256 " and the HMAC of the raw body, in hexadecimal digits
	EventIDHeader   = "Greenhouse-Event-ID" // the same in every attempt to deliver an event
)

// Signed tells, in constant time, whether a webhook's signature is that of its raw body under the secret. An empty secret signs nothing.
func Signed(signature string, secret Secret, body []byte) bool {
	algorithm, digits, found := strings.Cut(strings.TrimSpace(signature), " ")
	said, err := hex.DecodeString(strings.TrimSpace(digits))
	if !found || !strings.EqualFold(algorithm, "sha256") || err != nil || secret.IsZero() {
		return false
	}
	mac := hmac.New(sha256.New, []byte(secret.Reveal()))
	mac.Write(body)
	return hmac.Equal(said, mac.Sum(nil))
}

// Event holds what a webhook says, as far as it is of use. What is missing, or of another kind than documented, is zero.
type Event struct {
	Action       string
	At           time.Time // when it happened: the application's last activity
	Candidate    int64
	NewCandidate int64 // of a merge
	Application  int64
	ExternalID   string
	Born         time.Time // when the candidate was made
	ProfileURL   string
	Status       string // active, rejected or hired, in small letters
	Stage        string
	Job          string // the name of the first
}

// ErrNotEvent says that a body is no JSON object.
var ErrNotEvent = errors.New("a webhook's body is no JSON object")

// ReadEvent reads a webhook's body. A kind of event that it does not know is no error, nor is a payload of an unknown shape.
func ReadEvent(body []byte) (Event, error) {
	if body = bytes.TrimSpace(body); !json.Valid(body) || body[0] != '{' {
		return Event{}, ErrNotEvent
	}
	var said struct {
		Action  lenient[string]       `json:"action"`
		Payload lenient[eventPayload] `json:"payload"`
	}
	if json.Unmarshal(body, &said) != nil {
		return Event{}, ErrNotEvent
	}
	p := said.Payload.value
	e := p.event()
	e.Action = said.Action.value
	if e.Action == "hire_candidate" && e.Status == "" {
		e.Status = "hired"
	}
	return e, nil
}

// lenient reads a value, and takes one of another kind for none.
type lenient[T any] struct{ value T }

// UnmarshalJSON never fails.
func (l *lenient[T]) UnmarshalJSON(text []byte) error {
	var value T
	if json.Unmarshal(text, &value) == nil {
		l.value = value
	}
	return nil
}

// eventPayload is every place where an event may name its candidate and application.
type eventPayload struct {
	Application lenient[eventApplication] `json:"application"`
	Candidate   lenient[eventCandidate]   `json:"candidate"`
	Person      lenient[eventCandidate]   `json:"person"`
	CandidateID lenient[int64]            `json:"candidate_id"`
}

type eventApplication struct {
	ID          lenient[int64]          `json:"id"`
	CandidateID lenient[int64]          `json:"candidate_id"`
	Candidate   lenient[eventCandidate] `json:"candidate"`
	Status      lenient[string]         `json:"status"`
	ActiveAt    lenient[time.Time]      `json:"last_activity_at"`
	URL         lenient[string]         `json:"url"`
	Stage       lenient[eventNamed]     `json:"current_stage"`
	Job         lenient[eventNamed]     `json:"job"`
	Jobs        lenient[[]eventNamed]   `json:"jobs"`
	Offer       lenient[eventOffer]     `json:"offer"`
}

// eventOffer dates a hire, which says nothing else of when it was.
type eventOffer struct {
	ResolvedAt lenient[time.Time] `json:"resolved_at"`
}

type eventCandidate struct {
	ID           lenient[int64]     `json:"id"`
	NewCandidate lenient[int64]     `json:"new_candidate_id"`
	ExternalID   lenient[string]    `json:"external_id"`
	CreatedAt    lenient[time.Time] `json:"created_at"`
	URL          lenient[string]    `json:"url"`
}

type eventNamed struct {
	Name lenient[string] `json:"name"`
}

func (p eventPayload) event() Event {
	a := p.Application.value
	e := Event{
		Application: max(a.ID.value, 0), Candidate: max(a.CandidateID.value, p.CandidateID.value, 0), At: a.ActiveAt.value,
		Status: strings.ToLower(a.Status.value), Stage: a.Stage.value.Name.value, Job: a.Job.value.Name.value, ProfileURL: strings.ReplaceAll(a.URL.value, " ", ""),
	}
	if e.At.IsZero() {
		e.At = a.Offer.value.ResolvedAt.value
	}
	if jobs := a.Jobs.value; e.Job == "" && len(jobs) > 0 {
		e.Job = jobs[0].Name.value
	}
	for _, c := range []eventCandidate{a.Candidate.value, p.Candidate.value, p.Person.value} {
		if c.ID.value <= 0 {
			continue
		}
		e.Candidate, e.NewCandidate = c.ID.value, max(c.NewCandidate.value, 0)
		e.ExternalID, e.Born = c.ExternalID.value, c.CreatedAt.value
		if e.ProfileURL == "" {
			e.ProfileURL = c.URL.value
		}
		break
	}
	return e
}

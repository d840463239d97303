package store

import (
	"fmt"
	"io"
	"time"
)

// APIKey is a key as somebody pasted it. It prints [secret] under every verb, and in JSON; JSON may bring one.
type APIKey string

// String keeps the key out of logs and errors.
func (k APIKey) String() string { return "[secret]" }

// Format prints [secret] whatever the verb and flags are.
func (k APIKey) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "[secret]") }

// MarshalText keeps it out of every answer.
func (k APIKey) MarshalText() ([]byte, error) { return []byte("[secret]"), nil }

// ConnectionChange holds what an admin saves of a company's connection. Whatever is empty stays as it is.
type ConnectionChange struct {
	Key       APIKey // as pasted; it is cleaned, and refused with the reason when it can only be a slip
	CreatedBy string
	SkipTest  bool // save a new key or created-by without asking Greenhouse; nothing is sent before a test has passed
	Settings  Settings
	Enable    bool // turn the company on, too
	Waiting   Waiting
}

// SavedConnection says what saving came to.
type SavedConnection struct {
	Report   *TestReport // of the test that a new key or created-by had to pass; nil where none was needed or wanted
	Switched Switched
}

// TestReport holds what a connection test found, a line for each check. It holds no secret.
type TestReport struct {
	At        time.Time   `json:"at"`
	CreatedBy string      `json:"created_by"` // the email that was tested
	KeyLast5  string      `json:"key_last5"`  // of the key that was tested
	Passed    bool        `json:"passed"`     // the company may send with this pair
	User      string      `json:"user"`       // the name of who candidates will look as if added by; empty when the pair was refused
	UserID    int64       `json:"user_id,omitempty"`
	OpenJobs  *int        `json:"open_jobs"` // how many the user sees; null when that was not found out
	Checks    []TestCheck `json:"checks"`
}

// TestCheck is one line of a connection test.
type TestCheck struct {
	ID   string      `json:"id"`             // reached, accepted, user, jobs, prospects
	What string      `json:"what"`           // what was looked at
	Is   CheckResult `json:"is"`             // how it was found
	Says string      `json:"says"`           // what was found, in words for a person
	Why  string      `json:"why,omitempty"`  // of a failure: the likely reason
	Hint string      `json:"hint,omitempty"` // what to do about it, with where to click
}

// CheckResult tells how a check came out.
type CheckResult string

// The results. A note is worth knowing and keeps nothing from being sent.
const (
	CheckOK     CheckResult = "ok"
	CheckFailed CheckResult = "failed"
	CheckNote   CheckResult = "note"
)

// TestFailedError says that a credential was not saved, since its test failed.
type TestFailedError struct{ Report TestReport }

// Error says so.
func (e *TestFailedError) Error() string { return "the connection test failed: nothing was saved" }

// Hint returns what to do about the first failure that has a cure.
func (r TestReport) Hint() string {
	for _, c := range r.Checks {
		if c.Is == CheckFailed && c.Hint != "" {
			return c.Hint
		}
	}
	return ""
}

// SeenJob is a job of the company's Greenhouse.
type SeenJob struct {
	ID       int64      `json:"id"`
	Name     string     `json:"name"`
	Public   bool       `json:"public"`              // live on the job board
	ClosedAt *time.Time `json:"closed_at,omitempty"` // mapped, and since then no longer among the open jobs that the user sees
}

// SeenPool is a prospect pool with its stages.
type SeenPool struct {
	ID     int64       `json:"id"`
	Name   string      `json:"name"`
	Stages []SeenStage `json:"stages"`
}

// SeenStage is one step of a pool.
type SeenStage struct {
	ID   int64  `json:"id"`
	Name string `json:"name"`
}

// Seen is a list of Greenhouse's, and how fresh it is.
type Seen[T any] struct {
	List    []T        `json:"list"`
	At      *time.Time `json:"at"`      // when Greenhouse listed it; null: never
	Problem string     `json:"problem"` // why it could not be asked just now, in words; empty when the list is of now
}

// seenFresh sets how long a list is shown again without asking anew.
const seenFresh = 30 * time.Second

// Fresh tells a list of lately, which need not be asked for again.
func (s Seen[T]) Fresh() bool { return s.At != nil && time.Since(*s.At).Abs() < seenFresh }

// Role is a role that results of a company name, or that its job map does.
type Role struct {
	Name     string     `json:"name"`
	Results  int64      `json:"results"`   // interviews of it, among the company's newest
	LastSeen *time.Time `json:"last_seen"` // the newest interview's; null where none was
	JobID    *int64     `json:"job_id"`    // the Greenhouse job that it is mapped to; null: to none
}

// Preview holds what would be sent about a made-up interview under some choices.
type Preview struct {
	Role    string        `json:"role"`    // of the made-up interview; may be empty
	As      string        `json:"as"`      // in a sentence: as what the person is added
	Note    string        `json:"note"`    // byte for byte, in the chosen format
	Notes   []PreviewNote `json:"notes"`   // in each format that can be chosen, the first first
	Request string        `json:"request"` // the body, byte for byte
}

// PreviewNote is the note in one format.
type PreviewNote struct {
	Format int    `json:"format"`
	Chosen bool   `json:"chosen"`
	Note   string `json:"note"` // byte for byte
}

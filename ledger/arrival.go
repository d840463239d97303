package ledger

import (
	"slices"
	"time"
)

// Arrival holds what the messages of one interview, read together, come to: the newest of them, judged and rendered.
type Arrival struct {
	Messages []int64 // every outbox row that it stands for; they leave the outbox with it
	Newest   int64   // the row of the newest

	OrgID         string
	InterviewID   string
	CandidateID   string
	Version       int64
	Digest        []byte // SHA-256 of the message
	InterviewedAt time.Time
	Advances      *bool
	Continues     *bool
	AdvancedAt    *time.Time // when the yes of Advances was first enqueued, of the messages read together; nil without one
	ContinuedAt   *time.Time // likewise of Continues
	Practice      bool
	Job           string
	EnqueuedAt    time.Time
	Traceparent   string // the producer's trace, where it is well-formed

	Eligible bool
	Cause    Cause    // why not eligible
	Flags    []string // found among the messages themselves, or by rendering

	Body            *Body // what to send; nil unless eligible
	CandidateDigest []byte
	EmailDigest     []byte
}

// Body holds what is sent about a person, rendered once.
type Body struct {
	FirstName        string
	LastName         string
	Email            string
	LinkedIn         string // "" for none
	Note             string
	NoteFormat       int
	InterviewerName  string
	InterviewerEmail string
}

// renderedFlags belong to a rendering and go with it; the others stay with the row.
var renderedFlags = []string{FlagNamePadded, FlagLinkedInLeftOut, FlagNoteCut}

// withFlags returns have without drop and with add, sorted, each once.
func withFlags(have, drop, add []string) []string {
	out := []string{}
	for _, flag := range have {
		if !slices.Contains(drop, flag) {
			out = append(out, flag)
		}
	}
	out = append(out, add...)
	slices.Sort(out)
	return slices.Compact(out)
}

package store

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// Arrival is what the messages of one interview, read together, come to: the newest of them, judged and rendered.
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
	Practice      bool
	Job           string
	EnqueuedAt    time.Time

	Eligible bool
	Cause    Cause    // why not eligible
	Flags    []string // found among the messages themselves, or by rendering

	Body            *Body // what to send; nil unless eligible
	CandidateDigest []byte
	EmailDigest     []byte
}

// Body is what is sent about a person, rendered once.
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

// addBodies stores the bodies of a fold before the relay takes its lock, in a transaction of their own, so that a relay frozen while
// it sends a megabyte holds nothing. It returns their ids in order, 0 where there is none. A body that no export comes to name is a
// leftover, which the sweep deletes.
func (s *Store) addBodies(ctx context.Context, arrivals []Arrival) ([]int64, error) {
	ids := make([]int64, len(arrivals))
	var c struct {
		at                                                                          []int
		org, interview, first, last, email, linkedin, note, interviewer, interEmail []string
		format                                                                      []int16
	}
	for i, a := range arrivals {
		if a.Body == nil {
			continue
		}
		c.at = append(c.at, i)
		c.org, c.interview = append(c.org, a.OrgID), append(c.interview, a.InterviewID)
		c.first, c.last = append(c.first, a.Body.FirstName), append(c.last, a.Body.LastName)
		c.email, c.linkedin = append(c.email, a.Body.Email), append(c.linkedin, a.Body.LinkedIn)
		c.note, c.format = append(c.note, a.Body.Note), append(c.format, int16(a.Body.NoteFormat))
		c.interviewer, c.interEmail = append(c.interviewer, a.Body.InterviewerName), append(c.interEmail, a.Body.InterviewerEmail)
	}
	if len(c.at) == 0 {
		return ids, nil
	}
	rows, err := s.Pool.Query(ctx, `
		INSERT INTO ghexport.bodies (org_id, interview_id, first_name, last_name, email, linkedin, note, note_format,
		                             interviewer_name, interviewer_email)
		SELECT org, interview, first, last, email, nullif(linkedin, ''), note, format, nullif(interviewer, ''), nullif(mail, '')
		  FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::smallint[],
		              $9::text[], $10::text[])
		       WITH ORDINALITY AS b(org, interview, first, last, email, linkedin, note, format, interviewer, mail, n)
		 ORDER BY n
		RETURNING id`, c.org, c.interview, c.first, c.last, c.email, c.linkedin, c.note, c.format, c.interviewer, c.interEmail)
	if err != nil {
		return nil, fmt.Errorf("store bodies: %w", err)
	}
	defer rows.Close()
	for n := 0; rows.Next(); n++ {
		if err := rows.Scan(&ids[c.at[n]]); err != nil {
			return nil, fmt.Errorf("store bodies: %w", err)
		}
	}
	return ids, rows.Err()
}

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

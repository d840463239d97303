package greenhousesim

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Cut says where a connection breaks.
type Cut string

// The places.
const (
	CutBefore Cut = "before" // before the body is read; nothing is stored
	CutDuring Cut = "during" // in the middle of a good answer; stored
	CutAfter  Cut = "after"  // the lost reply: stored, and closed without an answer
)

// Fault is a planned misbehaviour: which requests it meets (all that it names must match), how often, and what
// happens to them. Of several that match the one planned first is taken.
type Fault struct {
	// Account is a key or an account's name, "" for any.
	Account string
	// ExternalID of the candidate, "" for any.
	ExternalID string
	// On is the endpoint, such as "GET current_user"; "" is "POST candidates" and "*" is any.
	On string
	// Times sets how many requests it meets: once when 0, for ever when negative.
	Times int

	// Status answers instead of the true one.
	Status int
	// Body answers instead of the true one; with Status alone an error of the usual shape does.
	Body *string
	// Headers are added to the answer, Retry-After for one; an empty value removes one, as the X-RateLimit ones. Each line
	// of a value is a header of its own.
	Headers map[string]string
	// Delay comes before the answer, and after the candidate was stored.
	Delay time.Duration
	// Hang never answers.
	Hang bool
	// Truncate answers well-formed HTTP with the first half of a good answer's JSON.
	Truncate bool
	// Gzip compresses the answer, whatever was asked for, and says so.
	Gzip bool
	// Trailing is sent after the answer, on a connection that then breaks.
	Trailing string
	Cut      Cut
	// Accepts stores the candidate although Status, Body or Hang hide it. Delay, Headers, Truncate, Gzip, Trailing,
	// CutDuring and CutAfter store it anyway.
	Accepts bool
}

// Text is a Fault's Body.
func Text(s string) *string { return &s }

// Plan queues faults.
func (s *Sim) Plan(faults ...Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range faults {
		if f.Times == 0 {
			f.Times = 1
		}
		s.faults = append(s.faults, &f)
	}
}

// ClearFaults forgets what was planned and is still to come.
func (s *Sim) ClearFaults() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = nil
}

// PlannedFaults tells how many are still to come; one without end counts as one.
func (s *Sim) PlannedFaults() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for _, f := range s.faults {
		n += max(f.Times, 1)
	}
	return n
}

// takeFault returns the fault that this request meets, or a zero one. Before the body was read only a CutBefore that
// needs no external id can be taken, and only when it is the next one.
func (s *Sim) takeFault(q *asked, read bool) Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.faults) == 0 {
		return Fault{}
	}
	id := ""
	if read {
		id = externalID(q.body)
	}
	for i, f := range s.faults {
		if !f.meets(q) {
			continue
		}
		if !read && (f.ExternalID != "" || f.Cut != CutBefore) {
			return Fault{}
		}
		if f.ExternalID != "" && f.ExternalID != id {
			continue
		}
		q.record.Faulted = true
		if f.Times > 0 {
			if f.Times--; f.Times == 0 {
				s.faults = slices.Delete(s.faults, i, i+1)
			}
		}
		return *f
	}
	return Fault{}
}

func (f *Fault) meets(q *asked) bool {
	if f.Account != "" && f.Account != q.key && (q.account == nil || f.Account != q.account.Name) {
		return false
	}
	_, endpoint, _ := strings.Cut(q.URL.Path, "/v1/partner/")
	switch f.On {
	case "*":
		return true
	case "":
		return q.Method == http.MethodPost && endpoint == "candidates"
	}
	return f.On == q.Method+" "+endpoint
}

// lets tells whether the request is carried out.
func (f Fault) lets() bool {
	if f.Cut != "" || f.Truncate {
		return f.Cut != CutBefore
	}
	return f.Accepts || f.Status == 0 && f.Body == nil && !f.Hang
}

// instead is the answer that replaces the true one; status 0 leaves it.
func (f Fault) instead() reply {
	switch {
	case f.Status >= 400:
		return refuse(f.Status, "", http.StatusText(f.Status))
	case f.Status != 0:
		return reply{f.Status, map[string]any{}}
	case f.Hang || f.Body != nil:
		return reply{http.StatusOK, map[string]any{}}
	}
	return reply{}
}

// shape applies what the fault says about headers and content.
func (f Fault) shape(header http.Header, text []byte) []byte {
	if f.Body != nil {
		text = []byte(*f.Body)
		if strings.HasPrefix(strings.TrimSpace(*f.Body), "<") {
			header.Set("Content-Type", "text/html; charset=utf-8")
		}
	}
	for name, value := range f.Headers {
		header.Del(name)
		for line := range strings.SplitSeq(value, "\n") {
			if line != "" {
				header.Add(name, line)
			}
		}
	}
	if f.Truncate {
		text = text[:len(text)/2]
	}
	if f.Gzip {
		header.Set("Content-Encoding", "gzip")
		text = compressed(text)
	}
	return text
}

func compressed(text []byte) []byte {
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	_, _ = z.Write(text) // into memory
	_ = z.Close()
	return out.Bytes()
}

// externalID reads the one value that faults are matched by; "" from an array or from something broken.
func externalID(body []byte) string {
	var c struct {
		ExternalID string `json:"external_id"`
	}
	_ = json.Unmarshal(body, &c)
	return c.ExternalID
}

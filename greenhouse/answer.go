package greenhouse

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"time"
)

// Answer holds the facts of a response that every caller may want, whatever the outcome. It is zero when no response
// came.
type Answer struct {
	Status    int
	RateLimit RateLimit
	RequestID string // of the X-Request-Id header, for the vendor's support
	// Date is the server's clock as of the answer, ours where the header is missing.
	Date time.Time
}

// RateLimit holds what the X-RateLimit headers say. They are documented for Greenhouse's other API and only assumed here.
type RateLimit struct {
	Known            bool // Limit and Remaining were given
	Limit, Remaining int  // requests in a window: 1 to a million, and 0 to Limit
	// Reset sets how long after Answer.Date the window ends, when HasReset: 0 to 10 min. It is a difference of the
	// server's own clock readings, each in whole seconds, so that our clock plays no part.
	Reset    time.Duration
	HasReset bool
}

func readAnswer(res *http.Response, now time.Time, hide func(string) string) Answer {
	date, err := http.ParseTime(res.Header.Get("Date"))
	if err != nil {
		date = now
	}
	return Answer{
		Status:    res.StatusCode,
		RateLimit: readRateLimit(res.Header, date),
		RequestID: cut(hide(visible(res.Header.Get("X-Request-Id"))), 200),
		Date:      date,
	}
}

// tooLongError ends the reading of an answer at its cap.
type tooLongError struct{ limit int64 }

// Error names the cap.
func (e *tooLongError) Error() string { return fmt.Sprintf("answer longer than %d bytes", e.limit) }

// readCapped returns at most limit bytes; more of them is an error, with what was read. The time it takes is bounded
// by the request's context.
func readCapped(r io.Reader, limit int64) ([]byte, error) {
	var buf bytes.Buffer
	n, err := buf.ReadFrom(io.LimitReader(r, limit+1))
	if err == nil && n > limit {
		buf.Truncate(int(limit))
		err = &tooLongError{limit}
	}
	if err != nil {
		err = fmt.Errorf("read the answer: %w", err)
	}
	return buf.Bytes(), err
}

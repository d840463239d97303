package greenhouse

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strconv"
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

// RateLimit is what the X-RateLimit headers say. They are documented for Greenhouse's other API and only assumed here.
type RateLimit struct {
	Known            bool // Limit and Remaining were given
	Limit, Remaining int  // requests in a window
	// Reset is how long after Answer.Date the window ends, when HasReset; never negative. It is a difference of the
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

func readRateLimit(h http.Header, date time.Time) RateLimit {
	var r RateLimit
	limit, errLimit := strconv.Atoi(h.Get("X-RateLimit-Limit"))
	remaining, errRemaining := strconv.Atoi(h.Get("X-RateLimit-Remaining"))
	if errLimit == nil && errRemaining == nil && limit > 0 && remaining >= 0 {
		r.Known, r.Limit, r.Remaining = true, limit, remaining
	}
	r.Reset, r.HasReset = untilReset(h.Get("X-RateLimit-Reset"), date)
	return r
}

// untilReset reads a time stamp in epoch seconds, or, as other vendors send it, the seconds left.
func untilReset(value string, date time.Time) (time.Duration, bool) {
	n, err := strconv.ParseInt(value, 10, 64)
	if err != nil || n < 0 {
		return 0, false
	}
	const year = 365 * 24 * 60 * 60
	if n > year {
		n -= date.Unix()
	}
	if n > year {
		return 0, false // neither a near time stamp nor a wait
	}
	return time.Duration(max(n, 0)) * time.Second, true
}

// longestWait stands for every Retry-After beyond it.
const longestWait = 365 * 24 * time.Hour

// retryAfter reads both forms of RFC 9110; what is negative, past or garbage counts as absent.
func retryAfter(value string, date time.Time) (time.Duration, bool) {
	if value == "" {
		return 0, false
	}
	if n, err := strconv.ParseUint(value, 10, 64); err == nil {
		return time.Duration(min(n, uint64(longestWait/time.Second))) * time.Second, true
	}
	at, err := http.ParseTime(value)
	if err != nil || at.Before(date.Truncate(time.Second)) {
		return 0, false
	}
	return min(at.Sub(date.Truncate(time.Second)), longestWait), true
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

package greenhouse

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Bounds of what the headers of an answer may say. A count or a window beyond them counts as not said, a wait as the
// nearest bound: nobody's header may keep a company still for longer than that.
const (
	maxLimit     = 1_000_000
	maxReset     = 10 * time.Minute
	shortestWait = time.Second
	longestWait  = time.Hour
)

// readRateLimit reads the three X-RateLimit headers. Any that is no plain number within its bounds, or that comes
// several times with different values, counts as not said.
func readRateLimit(h http.Header, date time.Time) RateLimit {
	var r RateLimit
	limit, hasLimit := wholeNumber(onlyValue(h, "X-RateLimit-Limit"))
	remaining, hasRemaining := wholeNumber(onlyValue(h, "X-RateLimit-Remaining"))
	if hasLimit && hasRemaining && limit > 0 && limit <= maxLimit {
		r.Known, r.Limit, r.Remaining = true, int(limit), int(min(remaining, limit))
	}
	r.Reset, r.HasReset = untilReset(onlyValue(h, "X-RateLimit-Reset"), date)
	return r
}

// untilReset reads a time stamp in epoch seconds, or, as other vendors send it, the seconds left. One further away than
// maxReset, before or behind, is neither.
func untilReset(value string, date time.Time) (time.Duration, bool) {
	const most = int64(maxReset / time.Second)
	n, ok := wholeNumber(value)
	if !ok {
		return 0, false
	}
	if n > most {
		n -= date.Unix() // within int64: both are a year of our calendar, or refused by the bounds
	}
	if n < -most || n > most {
		return 0, false
	}
	return time.Duration(max(n, 0)) * time.Second, true
}

// retryAfter reads both forms of RFC 9110, and the fractions that some servers send, within the bounds of a wait. What
// is negative, past or garbage counts as absent. Of several headers the longest wait counts.
func retryAfter(h http.Header, date time.Time) (wait time.Duration, told bool) {
	for _, value := range h.Values("Retry-After") {
		if one, ok := oneWait(strings.TrimSpace(value), date.Truncate(time.Second)); ok {
			wait, told = max(wait, one), true
		}
	}
	return wait, told
}

func oneWait(value string, date time.Time) (time.Duration, bool) {
	whole, fraction, dotted := strings.Cut(value, ".")
	if isDigits(whole) && (!dotted || isDigits(fraction)) {
		n, ok := wholeNumber(whole)
		if !ok || n >= int64(longestWait/time.Second) {
			return longestWait, true
		}
		if strings.Trim(fraction, "0") != "" {
			n++
		}
		return max(time.Duration(n)*time.Second, shortestWait), true
	}
	at, err := http.ParseTime(value)
	if err != nil || at.Before(date) {
		return 0, false
	}
	return min(max(at.Sub(date), shortestWait), longestWait), true
}

// onlyValue returns what a header says, "" where it comes several times and does not say the same.
func onlyValue(h http.Header, name string) string {
	values := h.Values(name)
	for _, v := range values {
		if strings.TrimSpace(v) != strings.TrimSpace(values[0]) {
			return ""
		}
	}
	if len(values) == 0 {
		return ""
	}
	return strings.TrimSpace(values[0])
}

// wholeNumber reads digits alone: no sign, unit, fraction or exponent, and nothing that does not fit.
func wholeNumber(s string) (int64, bool) {
	if !isDigits(s) {
		return 0, false
	}
	n, err := strconv.ParseInt(s, 10, 64)
	return n, err == nil
}

func isDigits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

package api

import (
	"fmt"
	"math"
	"net/http"
	"strconv"
	"time"
)

// TooOftenError says that a company's admin asked Greenhouse too often lately. Nothing was asked, and nothing done.
type TooOftenError struct{ Wait time.Duration }

// Error is for whoever asked, a sentence.
func (e *TooOftenError) Error() string {
	return fmt.Sprintf("You have asked Greenhouse often in the last minute. Try again in %d seconds.", e.seconds())
}

// SetRetryAfter says in the answer's header when to come back.
func (e *TooOftenError) SetRetryAfter(w http.ResponseWriter) {
	w.Header().Set("Retry-After", strconv.Itoa(e.seconds()))
}

func (e *TooOftenError) seconds() int { return max(1, int(math.Ceil(e.Wait.Seconds()))) }

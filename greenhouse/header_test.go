package greenhouse

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/greenhouse/greenhousesim"
)

func TestRetryAfter(t *testing.T) {
	t.Parallel()
	date := time.Date(2026, 11, 23, 12, 0, 0, 500, time.UTC)
	at := func(d time.Duration) string { return date.Add(d).Format(http.TimeFormat) }
	for value, want := range map[string]time.Duration{
		"0": time.Second, "0.0": time.Second, "0.2": time.Second, "1.5": 2 * time.Second, "7.0": 7 * time.Second, "7": 7 * time.Second, " 7 ": 7 * time.Second,
		"007": 7 * time.Second, "3600": time.Hour, "3601": time.Hour, "99999999999": time.Hour, "99999999999999999999999": time.Hour, "4294967296.5": time.Hour,
		at(30 * time.Second): 30 * time.Second, at(0): time.Second, at(2 * 365 * 24 * time.Hour): time.Hour, "Fri, 31 Dec 9999 23:59:59 GMT": time.Hour,
	} {
		got, told := retryAfter(http.Header{"Retry-After": {value}}, date)
		assert.True(t, told, value)
		assert.Equal(t, want, got, value)
	}
	for _, value := range []string{
		"", "-1", "+3", "soon", "NaN", "Inf", "1e9", "0x10", "10s", "10 seconds", "10ms", "1,5", "5, 10", ".5", "5.", "5.5.5", "٣", at(-time.Hour), "Fri, 31 Dec 0000 23:59:59 GMT",
	} {
		_, told := retryAfter(http.Header{"Retry-After": {value}}, date)
		assert.False(t, told, value)
	}
	_, told := retryAfter(http.Header{}, date)
	assert.False(t, told)
	got, _ := retryAfter(http.Header{"Retry-After": {"soon", "3", at(20 * time.Second), "-9"}}, date)
	assert.Equal(t, 20*time.Second, got, "of several the longest")
	got, _ = retryAfter(http.Header{"Retry-After": {at(20 * time.Second)}}, time.Time{})
	assert.Equal(t, time.Hour, got, "whatever the server's clock says")
}

func TestReadRateLimit(t *testing.T) {
	t.Parallel()
	date := time.Unix(1_800_000_000, 0)
	read := func(limit, remaining, reset string) RateLimit {
		return readRateLimit(http.Header{"X-Ratelimit-Limit": {limit}, "X-Ratelimit-Remaining": {remaining}, "X-Ratelimit-Reset": {reset}}, date)
	}
	known := RateLimit{Known: true, Limit: 50, Remaining: 3}
	assert.Equal(t, RateLimit{true, 50, 3, 4 * time.Second, true}, read("50", "3", "1800000004"))
	assert.Equal(t, RateLimit{true, 50, 0, 0, true}, read("50", "0", "1799999990"), "a window that has ended")
	assert.Equal(t, RateLimit{true, 50, 3, 9 * time.Second, true}, read("50", " 3", "9 "), "seconds left")
	assert.Equal(t, RateLimit{true, 50, 3, 10 * time.Minute, true}, read("50", "3", "600"))
	assert.Equal(t, RateLimit{true, 1_000_000, 1_000_000, 0, true}, read("1000000", "4294967296", "0"), "never more left than there is")

	for _, reset := range []string{
		"601", "10000", "86400", "1800000601", "1800000000000", "1799999399", "-1", "-1800000004", "1800000004.5", "9223372036854775807", "9223372036854775808",
		"NaN", "1e3", "60s", "4 seconds", "Mon, 23 Nov 2026 12:00:00 GMT", "2026-11-23T12:00:00Z", "", "9, 9",
	} {
		assert.Equal(t, known, read("50", "3", reset), "a window that ends at %q", reset)
	}
	for _, limit := range []string{
		"0", "-5", "1000001", "4294967295", "9999999999", "99999999999999999999", "+50", "5e1", "50.0", "50/10s", "50;w=10", "50, 50", "NaN", "unlimited", "0x32", "",
	} {
		assert.Equal(t, RateLimit{}, read(limit, "3", "x"), "a limit of %q", limit)
	}
	for _, remaining := range []string{"-1", "99999999999999999999", "NaN", "3.5", "none", ""} {
		assert.Equal(t, RateLimit{}, read("50", remaining, "-1"), "%q left", remaining)
	}
	assert.Equal(t, RateLimit{}, readRateLimit(http.Header{}, date))

	several := http.Header{"X-Ratelimit-Limit": {"50", "50"}, "X-Ratelimit-Remaining": {"3", "3"}, "X-Ratelimit-Reset": {"9", "9 "}}
	assert.Equal(t, RateLimit{true, 50, 3, 9 * time.Second, true}, readRateLimit(several, date), "said twice")
	several = http.Header{"X-Ratelimit-Limit": {"50", "9"}, "X-Ratelimit-Remaining": {"3", "3"}, "X-Ratelimit-Reset": {"9", "900"}}
	assert.Equal(t, RateLimit{}, readRateLimit(several, date), "and not the same")
}

// Whatever the headers of a good answer hold, the answer is good.
func TestClient_StrangeHeadersCostNothing(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for _, value := range []string{"4294967295", "99999999999999999999", "-1", "NaN", "10s", "0"} {
		b.sim.Plan(greenhousesim.Fault{Headers: map[string]string{
			"X-RateLimit-Limit": value, "X-RateLimit-Remaining": value, "X-RateLimit-Reset": value, "Retry-After": value, "Date": value,
		}})
		created, answer, err := b.create(t)
		require.NoError(t, err, value)
		assert.Positive(t, created.ID)
		assert.False(t, answer.RateLimit.Known && answer.RateLimit.HasReset, value)
	}
}

package worker

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/greenhouse/greenhousesim"
	"github.com/interviewing-io/greenhouse-export/worker/relay"
)

// said holds what an answer says, and what it ends as.
type said struct {
	fault greenhousesim.Fault
	state string
	id    int64   // of a sent export; 0 for any
	wait  float64 // seconds that the budget rests; 0 for none
}

// odd hold what stands where a number belongs.
var odd = []string{
	"-1", "-9223372036854775808", "9223372036854775807", "9223372036854775808", "18446744073709551616", "1.5", "1e3", "1E400", "", " ",
	"0x10", "+5", "NaN", "Infinity", "５０", "50, 50", "5;w=1", "null", "2026-11-28T00:00:00Z", strings.Repeat("9", 4000),
}

func headersSaid() map[string]said {
	all := map[string]said{}
	limits := func(limit, remaining, reset string) map[string]string {
		return map[string]string{"X-RateLimit-Limit": limit, "X-RateLimit-Remaining": remaining, "X-RateLimit-Reset": reset}
	}
	for i, value := range append(odd, "1\n1000000\n-3", "0", "1000001") {
		for where, headers := range map[string]map[string]string{
			"Limit": limits(value, "3", "5"), "Remaining": limits("50", value, "5"), "Reset": limits("50", "3", value), "All": limits(value, value, value),
			"Date": {"Date": value, "X-RateLimit-Reset": "1800000000"}, "RequestID": {"X-Request-Id": value},
		} {
			all[fmt.Sprintf("%s%02d", where, i)] = said{fault: greenhousesim.Fault{Headers: headers}, state: "sent"}
		}
	}
	const past, far = "Wed, 21 Oct 2015 07:28:00 GMT", "Fri, 31 Dec 9999 23:59:59 GMT"
	waits := map[string]float64{
		"": 10, "0": 1, "0.0001": 1, "1.5": 2, "-1": 10, "1e3": 10, "2147483648": 3600, "9223372036854775808": 3600, strings.Repeat("9", 4000): 3600,
		past: 10, far: 3600, "5, 7": 10, "20\n90": 90, past + "\n120": 120, "Wednesday": 10, "１２": 10,
	}
	for i, value := range slices.Sorted(maps.Keys(waits)) {
		all[fmt.Sprintf("RetryAfter%02d", i)] = said{
			fault: greenhousesim.Fault{Status: 429, Headers: map[string]string{"Retry-After": value}}, state: "pending", wait: waits[value],
		}
	}
	return all
}

func bodiesSaid() map[string]said {
	all := map[string]said{}
	answer := func(name, state string, id int64, body string) {
		all[name] = said{fault: greenhousesim.Fault{Status: 201, Body: &body}, state: state, id: id}
	}
	for i, value := range []string{"-1", "0", "9223372036854775808", "1.5", "17.0", "1e3", `""`, `" 17"`, `"1e3"`, "null", "true", "[17]", `{"id":17}`, strings.Repeat("9", 4000)} {
		answer(fmt.Sprintf("ID%02d", i), "unknown", 0, `{"id":`+value+`}`)
		answer(fmt.Sprintf("ApplicationID%02d", i), "sent", 17, `{"id":17,"application_id":`+value+`,"external_id":`+value+`,"profile_url":`+value+`}`)
	}
	answer("IDMax", "sent", math.MaxInt64, `{"id":9223372036854775807,"application_id":9223372036854775807}`)
	answer("IDsTwice", "sent", 18, `{"id":17,"id":18}`)
	answer("IDsOfTwo", "unknown", 0, `[{"id":17},{"id":18}]`)
	long := strings.Repeat("é", 100<<10)
	answer("LongTexts", "sent", 17, `{"id":17,"external_id":"`+long+`","profile_url":"https://app.greenhouse.io/people/`+long+`"}`)
	answer("Controls", "sent", 17, `{"id":17,"profile_url":"https://app.greenhouse.io/\u0000\ud800\u202e"}`)
	refused := `{"message":"` + long + `","errors":[{"field":"` + long + `","message":"\u0000` + long + `"}]}`
	for status, state := range map[int]string{422: "dead", 500: "pending", 599: "pending", 600: "unknown", 999: "unknown"} {
		all[fmt.Sprintf("Long%d", status)] = said{fault: greenhousesim.Fault{Status: status, Body: &refused}, state: state}
	}
	return all
}

// Whatever stands where a number, a moment or a text is expected, the export ends as the answer means it, its settle is written as it
// stands, and nobody's budget rests for longer than an hour or learns a window of more than ten minutes.
func TestNumbersFromOutside(t *testing.T) {
	t.Parallel()
	for name, cases := range map[string]map[string]said{"Headers": headersSaid(), "Bodies": bodiesSaid()} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			keys := map[string]string{}
			for what, c := range cases {
				org := "org_" + what
				keys[what] = r.company(org)
				c.fault.Account = org
				r.sim.Plan(c.fault)
				r.enqueue(result(org, what))
			}
			r.start()
			for what, c := range cases {
				e := r.until(what, c.state, func(e row) bool {
					return e.Attempts >= 1 && (e.State == c.state || c.wait != 0 && e.State == "sent") // a wait may be over
				})
				if c.id != 0 {
					require.NotNil(t, e.CandidateID, what)
					assert.Equal(t, c.id, *e.CandidateID, what)
				}
				if c.wait != 0 {
					var waits, rests float64
					require.NoError(t, r.watch.QueryRow(t.Context(), `
						SELECT extract(epoch FROM a.next_at - a.finished_at)::float8, extract(epoch FROM b.blocked_until - a.finished_at)::float8
						  FROM ghexport.attempts a, ghexport.budgets b
						 WHERE a.export_id = $1 AND a.number = 1 AND a.outcome = 'limited' AND b.credential = $2`,
						e.ID, r.digests.Key(keys[what])).Scan(&waits, &rests))
					assert.InDelta(t, c.wait, waits, 0.9, what)
					assert.InDelta(t, c.wait, rests, 0.9, what)
				}
			}
			var wild int
			require.NoError(t, r.watch.QueryRow(t.Context(), `
				SELECT count(*) FROM ghexport.budgets
				 WHERE limit_ NOT BETWEEN 1 AND 1000000 OR spent NOT BETWEEN 0 AND 1000000 OR window_length NOT BETWEEN '10 s' AND '10 min'
				    OR window_end > clock_timestamp() + interval '10 min' OR blocked_until > clock_timestamp() + interval '1 h'`).Scan(&wild))
			assert.Zero(t, wild)
			assert.NotContains(t, r.said(), "recorded without it", "each settle was written as it stood")
		})
	}
}

// A server that refuses at once and for ever is asked less and less often.
func TestLimited_ARowOf429sIsNoStorm(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	key := r.company("acme")
	r.sim.Plan(greenhousesim.Fault{Status: 429, Headers: map[string]string{"Retry-After": "0"}, Times: -1})
	r.start(func(_ *Config, feed *relay.Relay) { feed.Poll = 100 * time.Millisecond })
	r.enqueue(result("acme", "one"))
	r.until("one", "tried three times", func(e row) bool { return e.State == "pending" && e.Attempts == 3 })
	var limited int
	var waits float64
	require.NoError(t, r.watch.QueryRow(t.Context(), `
		SELECT limited, extract(epoch FROM blocked_until - updated_at)::float8 FROM ghexport.budgets`).Scan(&limited, &waits))
	assert.Equal(t, 3, limited)
	assert.InDelta(t, 4, waits, 0.9)
	assert.Len(t, r.sim.Creates(key), 3)
}

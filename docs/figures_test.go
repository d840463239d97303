package docs_test

import (
	"os"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/docs"
)

// figures hold what pages of the runbook say in numbers, and the constant that each comes from, as its source has it. Who changes one
// comes by the other.
var figures = []struct {
	page, says   string
	file, source string
}{
	{"auth.rejected", `after 15 seconds, growing to 15 minutes`, "store/hold.go", `least\(15 \* power\(2, least\(probes \+ 1, 10\)\), 900\)`},
	{"auth.rejected", `after 15 seconds`, "store/hold.go", `probeSoon = "clock_timestamp\(\) \+ interval '15 seconds'"`},
	{"auth.rejected", `Three or more companies`, "worker/relay/notices.go", `waveSize += 3\n`},
	{"auth.rejected", `within 15 minutes`, "worker/relay/notices.go", `waveWithin += 15 \* time\.Minute`},
	{"bug", `for 72 hours`, "ledger/schedule.go", `GiveUpAfter = 72 \* time\.Hour`},
	{"greenhouse.down", `for 72 hours`, "ledger/schedule.go", `GiveUpAfter = 72 \* time\.Hour`},
	{"greenhouse.down", `After 72 hours`, "ledger/schedule.go", `GiveUpAfter = 72 \* time\.Hour`},
	{"greenhouse.down", `after 72 hours`, "ledger/schedule.go", `GiveUpAfter = 72 \* time\.Hour`},
	{"greenhouse.down", `up to an hour`, "ledger/schedule.go", `longestRetry = 30 \* time\.Minute // on average, so never more than an hour`},
	{"greenhouse.down", `at most an hour`, "ledger/schedule.go", `longestRetry = 30 \* time\.Minute // on average, so never more than an hour`},
	{"limited", `up to 5 minutes`, "store/learn.go", `interval '5 minutes'`},
	{"outcome.unknown", `at most 80 seconds`, "store/verb.go", `THEN e\.attempt_started_at \+ 2 \* e\.job_timeout END`},
	{"outcome.unknown", `at most 80 seconds`, "worker/worker.go", `JobTimeoutMax += 40 \* time\.Second`},
	{"refusing", `Twenty exports in a row`, "store/brake.go", `brakeAfter = 20\n`},
	{"refusing", `after 15 seconds at first and every 15 minutes in the end`, "store/hold.go", `least\(15 \* power\(2, least\(probes \+ 1, 10\)\), 900\)`},
	{"stuck", `within 40 seconds`, "worker/worker.go", `JobTimeoutMax += 40 \* time\.Second`},
	{"webhook", `away for three hours`, "store/webhooks/work.go", `hookTries += 12 `},
	{"webhook", `counts for 7 days more`, "store/webhooks/hook.go", `Overlap = 7 \* 24 \* time\.Hour`},
	{"webhook", `in 15 hours`, "greenhouse/greenhousesim/hooks.go", `2 \* time\.Hour, 4 \* time\.Hour, 8 \* time\.Hour`},
}

// numbered finds figures in running text: a count with a unit of time, or of tries.
var numbered = regexp.MustCompile(`(?i)\b([0-9]+|an|two|three|five|ten|twenty)( or more)? (seconds?|minutes?|hours?|days?|attempts|tries|times)\b`)

// What pages say in numbers is what the code does, and each such number is in the table.
func TestRunbook_FiguresMatchTheCode(t *testing.T) {
	t.Parallel()
	held := map[string]map[string]bool{}
	for _, f := range figures {
		page, err := os.ReadFile("runbooks/" + f.page + ".md")
		require.NoError(t, err)
		assert.Regexp(t, f.says, string(page), f.page)
		code, err := os.ReadFile("../" + f.file)
		require.NoError(t, err)
		assert.Regexp(t, f.source, string(code), "%s.md says %q: %s says otherwise", f.page, f.says, f.file)
		if held[f.page] == nil {
			held[f.page] = map[string]bool{}
		}
		for _, figure := range numbered.FindAllString(f.says, -1) {
			held[f.page][figure] = true
		}
	}
	code := regexp.MustCompile("(?s)```.*?```|(?m)^> .*$|`[^`]*`") // commands, their output, and letters to people
	for _, p := range docs.Runbook() {
		page, err := os.ReadFile("runbooks/" + p.Name + ".md")
		require.NoError(t, err)
		for _, figure := range numbered.FindAllString(code.ReplaceAllString(string(page), ""), -1) {
			assert.True(t, held[p.Name][figure], "%s.md says %q, and no row of figures holds it", p.Name, figure)
		}
	}
}

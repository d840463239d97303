package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestTable(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("w", 300)
	columns := []column{{"id", 8}, {"org", 12}, {"interview", 13}, {"state", 10}, {"why", 23}, {"tries", 5}, {"since", 17}}
	print := func(width int, rows ...[]string) []string {
		var out strings.Builder
		(&cli{out: &out, columns: width}).table(columns, rows)
		return strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
	}
	hostile := [][]string{{"12345678901234", long, long, long, long, long, long}, {"1", "evil\x1b[2J\nline", "iv", "sent", "", "1", ""}}

	t.Run("TakesTheTerminalsWidth", func(t *testing.T) {
		t.Parallel()
		for _, width := range []int{60, 80, 100, 137, 250} {
			lines := print(width, hostile...)
			assert.Len(t, lines, 3, "a row is a line, whatever its cells hold")
			assert.Len(t, []rune(lines[1]), width)
			for _, line := range lines {
				assert.LessOrEqual(t, len([]rune(line)), width)
				assert.NotContains(t, line, "\x1b")
			}
		}
	})
	t.Run("CutsNothingThatFits", func(t *testing.T) {
		t.Parallel()
		row := []string{"7", "a company with a long name", "iv_7", "pending", "", "0", "2026-11-28 09:00Z"}
		line := print(100, row)[1]
		for _, cell := range row {
			assert.Contains(t, line, cell)
		}
	})
	t.Run("CutsNothingInAPipe", func(t *testing.T) {
		t.Parallel()
		lines := print(0, hostile...)
		assert.Len(t, lines, 3)
		assert.Equal(t, 6, strings.Count(lines[1], long))
		assert.NotContains(t, strings.Join(lines, ""), "…")
	})
	t.Run("EndsWhereATerminalIsTooNarrow", func(t *testing.T) {
		t.Parallel()
		assert.Len(t, print(15, hostile...), 3)
	})
}

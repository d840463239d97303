package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestTable(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	c := &cli{out: &out}
	long := strings.Repeat("w", 300)
	c.table([]column{{"id", 8}, {"org", 12}, {"interview", 13}, {"state", 10}, {"why", 23}, {"tries", 5}, {"since", 17}}, [][]string{
		{"12345678901234", long, long, long, long, long, long},
		{"1", "evil\x1b[2J\nline", "iv", "sent", "", "1", ""},
	})
	lines := strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
	assert.Len(t, lines, 3, "a row is a line, whatever its cells hold")
	for _, line := range lines {
		assert.LessOrEqual(t, len([]rune(line)), 100)
		assert.NotContains(t, line, "\x1b")
	}
}

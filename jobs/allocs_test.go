package jobs

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Every message of every company is decoded, so what a good one costs is held down: looking for unknown fields copies nothing.
func TestDecode_LooksForUnknownFieldsWithoutCopying(t *testing.T) {
	c := &checker{}
	var fields map[string]any
	require.NoError(t, json.Unmarshal([]byte(`{"id": 1, "full_name": 2, "first_name": 3, "last_name": 4, "email": 5, "linkedin": 6}`), &fields))
	allocs := testing.AllocsPerRun(100, func() {
		c.unknown(object{"candidate.", fields}, "id", "full_name", "first_name", "last_name", "email", "linkedin")
	})
	assert.Zero(t, allocs)
	assert.Empty(t, c.found)
}

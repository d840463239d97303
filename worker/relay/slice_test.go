package relay

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What a company hands over beside another's backlog is passed before it, and not with it.
func TestRelay_FewBeforeABacklog(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.company("acme")
	r.company("whale")
	var backlog []string
	for i := range 2 * longFrom {
		backlog = append(backlog, fmt.Sprint("w", i))
	}
	r.enqueue("whale", backlog...)
	r.enqueue("acme", "small")
	relay := r.relay()
	folded, err := relay.Pass(t.Context())
	require.NoError(t, err)
	assert.Equal(t, len(backlog)+1, folded)
	var first, state string
	require.NoError(t, r.watch.QueryRow(t.Context(), "SELECT interview_id, state FROM ghexport.exports ORDER BY id LIMIT 1").Scan(&first, &state))
	assert.Equal(t, "small", first)
	assert.Equal(t, "queued", state)
	var transactions int
	require.NoError(t, r.watch.QueryRow(t.Context(), "SELECT count(DISTINCT xmin::text) FROM ghexport.exports WHERE state = 'pending' OR interview_id = 'small'").Scan(&transactions))
	assert.Equal(t, 2, transactions)
}

// A pass takes as many messages as it has time for, within bounds.
func TestSlice(t *testing.T) {
	t.Parallel()
	var s slice
	assert.Equal(t, sliceFirst, s.size())
	s.took(5, time.Second)
	assert.Equal(t, sliceFirst, s.size(), "few messages tell nothing")
	for range 10 {
		s.took(1000, 100*time.Millisecond)
	}
	assert.InDelta(t, 400, s.size(), 2)
	for range 10 {
		s.took(400, 10*time.Second)
	}
	assert.Equal(t, sliceLeast, s.size())
	for range 20 {
		s.took(1000, time.Millisecond)
	}
	assert.Equal(t, 1000, s.size())
}

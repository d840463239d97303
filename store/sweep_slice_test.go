package store

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestSweepSlice(t *testing.T) {
	t.Parallel()
	var s sweepSlice
	assert.Equal(t, sweepWaiting, s.rows())
	s.took(false)
	assert.Equal(t, sweepWaiting/4, s.rows(), "one that took too long is followed by a smaller one")
	s.took(true)
	assert.Equal(t, sweepWaiting/2, s.rows(), "and that by a larger one")
	for range 20 {
		s.took(false)
	}
	assert.Equal(t, 1, s.rows())
	for range 20 {
		s.took(true)
	}
	assert.Equal(t, sweepWaiting, s.rows())
}

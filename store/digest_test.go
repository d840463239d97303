package store_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/store"
)

func newDigests(t *testing.T) *store.Digests {
	t.Helper()
	d, err := store.NewDigests(store.NewDigestKey())
	require.NoError(t, err)
	return d
}

func TestDigests(t *testing.T) {
	t.Parallel()
	d := newDigests(t)
	assert.Len(t, d.Candidate("cand_9"), 16)
	assert.Equal(t, d.Candidate("cand_9"), d.Candidate("cand_9"))
	assert.NotEqual(t, d.Candidate("cand_9"), d.Candidate("CAND_9"), "an id is opaque")
	assert.Equal(t, d.Email("ada@example.com"), d.Email(" Ada@EXAMPLE.com\n"))
	assert.NotEqual(t, d.Email("ada@example.com"), d.Email("ada+1@example.com"))
	assert.Equal(t, d.Key(secretKey), d.Key(secretKey))
	assert.NotEqual(t, d.Candidate("same"), d.Email("same"), "kinds never meet")
	assert.NotEqual(t, d.Candidate("same"), d.Key("same"), "kinds never meet")
	assert.NotEqual(t, d.Candidate("cand_9"), newDigests(t).Candidate("cand_9"), "another key, other digests")
	assert.Nil(t, d.Candidate(""))
	assert.Nil(t, d.Email(" \t"))
	assert.Nil(t, d.Key(""))
}

func TestNewDigests(t *testing.T) {
	t.Parallel()
	assert.NotEqual(t, store.NewDigestKey(), store.NewDigestKey())
	assert.Len(t, store.NewDigestKey(), 32)
	_, err := store.NewDigests([]byte("too short a key"))
	require.ErrorContains(t, err, "15 bytes")
	assert.NotContains(t, err.Error(), "too short a key")
	d := newDigests(t)
	assert.Equal(t, "[secret] [secret] [secret]", fmt.Sprintf("%v %+v %#v", d, d, d))
}

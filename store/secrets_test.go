package store_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/seal"
)

func newKeyset(t *testing.T) *seal.Keyset {
	t.Helper()
	text, err := seal.NewKeysetJSON()
	require.NoError(t, err)
	k, err := seal.ParseKeyset(text)
	require.NoError(t, err)
	return k
}

func newDigests(t *testing.T) *seal.Digests {
	t.Helper()
	d, err := seal.NewDigests(seal.NewDigestKey())
	require.NoError(t, err)
	return d
}

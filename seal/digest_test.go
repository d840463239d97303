package seal_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/seal"
)

func newDigests(t *testing.T) *seal.Digests {
	t.Helper()
	d, err := seal.NewDigests(seal.NewDigestKey())
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
	assert.NotEqual(t, seal.NewDigestKey(), seal.NewDigestKey())
	assert.Len(t, seal.NewDigestKey(), 32)
	_, err := seal.NewDigests([]byte("too short a key"))
	require.ErrorContains(t, err, "15 bytes")
	assert.NotContains(t, err.Error(), "too short a key")
	d := newDigests(t)
	assert.Equal(t, "[secret] [secret] [secret]", fmt.Sprintf("%v %+v %#v", d, d, d))
}

// One person has one digest, however their address is spelled.
func TestDigests_Email(t *testing.T) {
	t.Parallel()
	d := newDigests(t)
	for address, spellings := range map[string][]string{
		"dup.person@example.com": {"dup.person@example.com\u200b", "\ufeffDup.Person@EXAMPLE.COM", "dup.person@example.com.", " dup.person@example.com..\u2800"},
		"zoë@example.com":        {"zoe\u0308@example.com", "ZOË@example.com", "ZOE\u0308@Example.com"},
		"ada@bücher.example": {
			"ada@xn--bcher-kva.example", "ada@XN--BCHER-KVA.Example.", "ada@bu\u0308cher.example", "ada@BÜCHER.example", "ada@bücher。example"},
		"ada@straße.example":      {"ada@xn--strae-oqa.example"},
		"a_b@under_score.example": {"A_B@UNDER_SCORE.example"},
	} {
		for _, spelling := range spellings {
			assert.Equal(t, d.Email(address), d.Email(spelling), "%q", spelling)
		}
	}
	assert.NotEqual(t, d.Email("ada@straße.example"), d.Email("ada@strasse.example"))
	assert.NotEqual(t, d.Email("zoe@example.com"), d.Email("zoë@example.com"))
	assert.NotEqual(t, d.Email("ada@example.com"), d.Email("ada@example.com.au"))
}

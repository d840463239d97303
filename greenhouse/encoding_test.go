package greenhouse

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/greenhouse/greenhousesim"
)

func TestClient_GzippedAnswers(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.sim.Plan(greenhousesim.Fault{Gzip: true})
	created, _, err := b.create(t)
	require.NoError(t, err)
	assert.Positive(t, created.ID)

	refusal := greenhousesim.Text(`{"errors":[{"field":"emails","message":"is invalid"}]}`)
	b.sim.Plan(greenhousesim.Fault{Status: 422, Body: refusal, Gzip: true})
	_, _, err = b.create(t)
	assert.Equal(t, []FieldError{{"emails", "is invalid"}}, asError(t, err).Fields)

	b.sim.Plan(greenhousesim.Fault{Gzip: true, Cut: greenhousesim.CutDuring})
	_, _, err = b.create(t)
	assert.Equal(t, "create candidate: unreadable (status 200): connection closed", asError(t, err).Error())
}

func TestClient_Encodings(t *testing.T) {
	t.Parallel()
	good := []byte(`{"id":7,"application_id":8}`)
	squeeze := func(text []byte) []byte {
		var out bytes.Buffer
		z := gzip.NewWriter(&out)
		_, err := z.Write(text)
		require.NoError(t, err)
		require.NoError(t, z.Close())
		return out.Bytes()
	}
	var deflated bytes.Buffer
	z := zlib.NewWriter(&deflated)
	_, err := z.Write(good)
	require.NoError(t, err)
	require.NoError(t, z.Close())
	small := squeeze(good)
	wrongSum := bytes.Clone(small)
	wrongSum[len(wrongSum)-8] ^= 1

	for name, c := range map[string]struct {
		encoding string
		body     []byte
		says     string // "" for a good answer
	}{
		"GzipUnsaid":          {"", small, ""},
		"XGzip":               {"x-gzip", small, ""},
		"GzipSaidAndPlain":    {"gzip", good, ""},
		"BrotliSaidAndPlain":  {"br", good, ""},
		"Identity":            {"identity", good, ""},
		"GzipInTwoMembers":    {"gzip", append(squeeze(good[:9]), squeeze(good[9:])...), ""},
		"GzipTwice":           {"gzip, gzip", squeeze(small), "unexpected content"},
		"GzipCutShort":        {"gzip", small[:len(small)-9], "answer encoded as gzip"},
		"GzipHeaderAlone":     {"gzip", small[:6], "answer encoded as gzip"},
		"GzipWithAWrongSum":   {"gzip", wrongSum, "answer encoded as gzip"},
		"GzipBomb":            {"gzip", squeeze(make([]byte, 64<<20)), "answer longer than 1048576 bytes"},
		"GzipOfEmptyMembers":  {"gzip", bytes.Repeat(squeeze(nil), 100_000), "answer longer than 1048576 bytes"},
		"Deflate":             {"deflate", deflated.Bytes(), "answer encoded as deflate"},
		"BytesOfAnotherKind":  {"x-ada@example.com", deflated.Bytes(), "answer encoded as something else"},
		"BytesOfNoStatedKind": {"", deflated.Bytes(), "unexpected content"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := serveHandler(t, func(w http.ResponseWriter, r *http.Request) {
				assert.Equal(t, "identity", r.Header.Get("Accept-Encoding"), "no encoding is asked for")
				_, _ = io.Copy(io.Discard, r.Body)
				if c.encoding != "" {
					w.Header().Set("Content-Encoding", c.encoding)
				}
				_, _ = w.Write(c.body)
			})
			created, _, err := b.create(t)
			if c.says == "" {
				require.NoError(t, err)
				assert.Equal(t, &Created{ID: 7, ApplicationID: 8}, created)
				return
			}
			e := asError(t, err)
			assert.Equal(t, ClassUnreadable, e.Class, "it may have been stored")
			assert.Equal(t, c.says, e.Reason)
			assertQuiet(t, err)
		})
	}
}

func TestWordsOf_AnswersOfNoUse(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		`{"success":true}`: "success: true",
		`{"status":"queued","ticket":4711,"candidate":{"id":7}}`: "status: queued; ticket: 4711",
		`{"notes":"He was rude","state":"new"}`:                  "state: new",
		`{"message":"Your request is being processed"}`:          "Your request is being processed",
		`{"first_name":"Ada","notes":"He was`:                    `{"first_name":"Ada",`,
		`OK`:                                                     "OK",
		`<html><title>Sign in</title>`:                           "page: Sign in",
		`<p>hello`:                                               "answer of 8 bytes that is not JSON",
		``:                                                       "",
		"\x00\x01\x02":                                           "answer of 3 bytes that is not JSON",
		strings.Repeat("a", 5000):                                strings.Repeat("a", 200),
		`{"a":"` + strings.Repeat("b", 101) + `","c":null,"d":[[]]}`: "c: null",
	} {
		message, _ := wordsOf([]byte(body), unhidden)
		assert.Equal(t, want, message, body)
	}
	_, fields := wordsOf([]byte(`{"errors":[{"field":"emails","message":"is odd"}]}`), unhidden)
	assert.Equal(t, []FieldError{{"emails", "is odd"}}, fields)
}

// An answer is kept in full, as text, for whoever may see what was sent.
func TestClient_KeepsTheRawAnswer(t *testing.T) {
	t.Parallel()
	b := setup(t)
	said := `{"errors":[{"field":"emails","message":"ada@example.com has already been taken by Grace Hopper, key ` + testKey + `"}]}`
	b.sim.Plan(greenhousesim.Fault{Status: 422, Body: greenhousesim.Text(said)}, greenhousesim.Fault{Status: 201, Body: greenhousesim.Text(strings.Repeat("x", 1<<20))})
	_, _, err := b.create(t)
	raw := asError(t, err).Raw
	assert.Contains(t, raw, "taken by Grace Hopper")
	assert.NotContains(t, raw, testKey)
	assertQuiet(t, err)
	_, _, err = b.create(t)
	assert.Len(t, asError(t, err).Raw, 16<<10)
}

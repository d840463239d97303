package jobs

import (
	"bytes"
	"encoding/json"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// asEncodingJSON reads a text as encoding/json does, and tells whether it is JSON and whether nothing follows.
func asEncodingJSON(text string) (value any, isJSON, alone bool) {
	decoder := json.NewDecoder(bytes.NewReader([]byte(text)))
	decoder.UseNumber()
	if err := decoder.Decode(&value); err != nil {
		return nil, false, false
	}
	_, err := decoder.Token()
	return value, true, err == io.EOF
}

func requireAsEncodingJSON(t *testing.T, text string) {
	t.Helper()
	text = strings.ToValidUTF8(text, "?") // all else is refused before
	want, isJSON, alone := asEncodingJSON(text)
	read := jsonText{rest: text}
	got, ok := read.value()
	require.Equal(t, isJSON, ok, "%q", text)
	if !ok {
		return
	}
	require.Equal(t, want, got, "%q", text)
	read.space()
	require.Equal(t, alone, read.rest == "", "%q", text)
}

var oddJSON = []string{
	"", " ", "{", "}", "[", "]", "{}", "[]", " {\r\n\t} ", "{}}", "{} {}", "[1,]", "[,1]", "[1 2]", "{,}", `{"a"}`, `{"a":}`, `{"a":1,}`, `{"a":1 "b":2}`,
	`{"a" : [ 1 , {"b" : null} ] }`, `{"a":1,"a":{"b":2}}`, `{"a":{"x":1},"a":{"y":2}}`, "true", "truex", "tru", "false", "null", "nul", "TRUE",
	"0", "-0", "-", "+1", "01", "-01", "1.", ".5", "1.5", "1.5.2", "1e", "1e+", "1e5", "1E-07", "1e5x", "-1.25e+10", "0x1", "1_0", "NaN", "Infinity",
	`"`, `"a`, `"a"`, `"a\"`, `"\"`, `"\\"`, `"\/\b\f\n\r\t\""`, `"\x41"`, `"\'"`, `"\u"`, `"\u12"`, `"\u00g0"`, `"\u0041\u00e9"`, `"\u+041"`, `"\u 041"`,
	`"\ud83d\ude00"`, `"\ud83d"`, `"\ude00"`, `"\ud83d\u0041"`, `"\ud83d\ud83d\ude00"`, `"\ud83dx"`, `"\ud83d\n"`, `"\u00é0"`, "\"\u2028é😀\"", "\"a\nb\"", "\"\\n\nb\"", "\"\x7f\"", "\"\x00\"",
	`'a'`, "{a: 1}", "// x", "/* */ 1", "\f1", "\ufeff{}", "1\u00a0", "[1]\x00", `{"a":"b\u0000"}`, `{"\u0061":1,"a":2}`,
}

// JSON is read as encoding/json reads it: the same is refused, and the same comes of what is not.
func TestParse_ReadsAsEncodingJSON(t *testing.T) {
	t.Parallel()
	for _, text := range oddJSON {
		requireAsEncodingJSON(t, text)
		requireAsEncodingJSON(t, "["+text+"]")
		requireAsEncodingJSON(t, `{"a":`+text+"}")
	}
	for _, n := range []int{9_998, deepest, deepest + 1} {
		requireAsEncodingJSON(t, strings.Repeat("[", n)+strings.Repeat("]", n))
		requireAsEncodingJSON(t, strings.Repeat(`{"a":`, n)+"1"+strings.Repeat("}", n))
	}
}

func FuzzParse(f *testing.F) {
	for _, text := range oddJSON {
		f.Add(text)
	}
	f.Fuzz(requireAsEncodingJSON)
}

// A string without escapes is no copy.
func TestParse_CopiesNoString(t *testing.T) {
	message := `"` + strings.Repeat("x", 100_000) + `"`
	assert.Zero(t, testing.AllocsPerRun(100, func() {
		read := jsonText{rest: message}
		if s, ok := read.text(); !ok || len(s) != 100_000 {
			t.Fail()
		}
	}))
}

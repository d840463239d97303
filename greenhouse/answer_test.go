package greenhouse

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestDecodeCreated(t *testing.T) {
	t.Parallel()
	readable := map[string]Created{
		`{"id":7}`:   {ID: 7},
		`[{"id":7}]`: {ID: 7},
		`{"id":"7","application_id":"8","external_id":9}`:                     {7, 8, "9", ""},
		"\ufeff {\"id\":7}\n":                                                 {ID: 7},
		`{"id":7,"application_id":null,"profile_url":"javascript:alert(1)"}`:  {ID: 7},
		`{"id":7,"application_id":{},"profile_url":["x"],"external_id":null}`: {ID: 7},
		`{"id":7,"profile_url":"https://app.greenhouse.io/people/7"}`:         {ID: 7, ProfileURL: "https://app.greenhouse.io/people/7"},
	}
	for body, want := range readable {
		got, err := decodeCreated([]byte(body))
		require.NoError(t, err, body)
		assert.Equal(t, &want, got, body)
	}
	for _, body := range []string{``, `null`, `7`, `"7"`, `{}`, `[]`, `[{"id":7},{"id":8}]`, `[null]`, `[7]`, `{"id":0}`, `{"id":-7}`,
		`{"id":null}`, `{"id":"x"}`, `{"id":7`, `{"id":7}}`, `{"id":7.5}`, `{"id":99999999999999999999}`, `<html>`, `[{"id":7}`} {
		_, err := decodeCreated([]byte(body))
		assert.Error(t, err, body)
	}
}

func TestExplain(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		message string
		fields  []FieldError
	}{
		`{"errors":[{"message":"Is bad","field":"email"},{"message":"Unauthorized"}]}`: {"Unauthorized", []FieldError{{"email", "Is bad"}}},
		`{"message":"Invalid Basic Auth credentials"}`:                                 {"Invalid Basic Auth credentials", nil},
		`{"message":"Unprocessable Content","errors":["a","b"]}`:                       {"Unprocessable Content; a; b", nil},
		`{"message":"M","errors":[{"per_page":"too big","a":["x","y"]}]}`:              {"M", []FieldError{{"a", "x, y"}, {"per_page", "too big"}}},
		`{"errors":{"email":["is taken"]}}`:                                            {"", []FieldError{{"email", "is taken"}}},
		`{"errors":"broken"}`:                                                          {"broken", nil},
		`{"error":"invalid_client"}`:                                                   {"invalid_client", nil},
		`{"error":"Failed to save person","status":401}`:                               {"Failed to save person", nil},
		`{"message":"Unauthorized","errorId":"err-1"}`:                                 {"Unauthorized", nil},
		"{\"message\":\"a\\u0000b\xff\\nc\"}":                                          {"ab\uFFFD\nc", nil},
		`<html><TITLE> 502 Bad Gateway </TITLE>ada@example.com`:                        {"page: 502 Bad Gateway", nil},
		`upstream said ada@example.com`:                                                {"answer of 29 bytes that is not JSON", nil},
		`{"message":`:                                                                  {"answer of 11 bytes that is not JSON", nil},
		``:                                                                             {"", nil},
		`{}`:                                                                           {"", nil},
		`[]`:                                                                           {"answer of 2 bytes that is not JSON", nil},
		`{"message":{"a":1},"errors":[null,7,[]]}`:                                     {"7", nil},
	}
	for body, want := range cases {
		message, fields := explain([]byte(body), unhidden)
		assert.Equal(t, want.message, message, body)
		assert.Equal(t, want.fields, fields, body)
	}
}

func unhidden(text string) string { return text }

func TestExplain_SurvivesEverythingSeenInTheWild(t *testing.T) {
	t.Parallel()
	var sources map[string]json.RawMessage
	require.NoError(t, json.Unmarshal(sample(t, "errors_observed.json"), &sources))
	delete(sources, "note")
	n := 0
	for name, raw := range sources {
		var entries []struct{ Body json.RawMessage }
		require.NoError(t, json.Unmarshal(raw, &entries), name)
		for _, e := range entries {
			message, fields := explain(e.Body, unhidden)
			assert.True(t, message != "" || len(fields) > 0, string(e.Body))
			n++
		}
	}
	assert.Greater(t, n, 15)
}

func FuzzAnswer(f *testing.F) {
	for _, seed := range []string{`{"id":1,"application_id":"2","profile_url":"https://x.example/"}`, `[{"id":"1"}]`, `{"errors":[{"message":"m","field":"f"}]}`,
		`{"message":"m","errors":["a",{"b":"c"}]}`, `{"error":"e"}`, "<title>\x00</title>", "\ufeff[]", `{"message":"\ud800"}`, strings.Repeat("[", 100)} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		if got, err := decodeCreated(body); err == nil && got.ID <= 0 {
			t.Errorf("id %d", got.ID)
		}
		_, _ = decodeStatuses(body)
		_, _ = decodeUser(body)
		_, _ = decodeJobs(body)
		_, _ = decodePools(body)
		_, _ = decodeTrackingLink(body)
		message, fields := explain(body, unhidden)
		kept := []string{message}
		for _, fe := range fields {
			kept = append(kept, fe.Field, fe.Message)
		}
		all := strings.Join(kept, "")
		if len(all) > maxExplanation || !utf8.ValidString(all) || strings.ContainsRune(all, 0) {
			t.Errorf("kept %d bytes: %q", len(all), all)
		}
		_ = (&Error{Op: OpCreate, Fields: fields}).Error()
	})
}

package jobs_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/jobs"
	"github.com/interviewing-io/greenhouse-export/store/storetest"
)

func TestEmail(t *testing.T) {
	t.Parallel()
	conn := connect(t, storetest.NewDB(t).URL)
	for text, want := range map[string]string{
		"dup.person@example.com":               "dup.person@example.com",
		"dup.person@example.com\u200b":         "dup.person@example.com",
		"\ufeff\u2800Ada@Example.com.. \u00a0": "Ada@Example.com",
		"zoe\u0308@bu\u0308cher.example":       "zoë@bücher.example",
		"用户@例子.广告":                             "用户@例子.广告",
		"ada@example\uff0ecom":                 "ada@example.com",
		"ada@example\u3002com\u3002":           "ada@example.com",
		"a\u3002da@example\uff61com":           "a\u3002da@example.com",
		"ada@example.com,":                     "ada@example.com",
		"ada@example.com; ":                    "ada@example.com",
		"ada@example.com.,;":                   "ada@example.com",
		"ada@\uff45xample.com":                 "ada@\uff45xample.com",
		"ada\uff20example.com":                 "",
		"ada@,":                                "",
		",@;":                                  "",
		"ada%40example.com":                    "",
		"mailto:ada@example.com":               "",
		"<ada@example.com>":                    "",
		"ada@exam\u200bple.com":                "",
		"ada@example.com.\u200b.":              "",
		"ada\u2028@example.com":                "",
		"\tada@example.com":                    "",
		"":                                     "",
	} {
		got, ok := jobs.Email(text)
		assert.Equal(t, want, got, "%q", text)
		assert.Equal(t, want != "", ok, "%q", text)
		var inSQL *string
		require.NoError(t, conn.QueryRow(t.Context(), "SELECT ghexport.email($1)", text).Scan(&inSQL))
		if want == "" {
			assert.Nil(t, inSQL, "%q", text)
		} else {
			assert.Equal(t, &want, inSQL, "%q", text)
		}
	}
}

func TestEmails(t *testing.T) {
	t.Parallel()
	for pasted, want := range map[string][]string{
		"ada@example.com":                      {"ada@example.com"},
		"\u200b ada@example.com.\n":            {"ada@example.com"},
		"mailto:ada@example.com?subject=a%20b": {"ada@example.com"},
		"MAILTO:ada%2Btag@example.com":         {"ada+tag@example.com"},
		"<ada@example.com>":                    {"ada@example.com"},
		"<mailto:ada@example.com>":             {"ada@example.com"},
		"Ada King <ada@example.com>":           {"ada@example.com"},
		`From: "King, Ada" <ada@example.com>`:  {"ada@example.com"},
		`"ada@old.example" <ada@example.com>`:  {"ada@example.com"},
		"Ada King [mailto:ada@example.com]":    {"ada@example.com"},
		"Ada King (ada@example.com),":          {"ada@example.com"},
		"“ada@example.com”;":                   {"ada@example.com"},
		"'ada@example.com'":                    {"ada@example.com"},
		"is ada@example.com there?":            {"ada@example.com"},
		"a@[127.0.0.1]":                        {"a@[127.0.0.1]"},
		"Ada <a@x.example>, Bob <b@x.example>": {"a@x.example", "b@x.example"},
		"a@x.example; b@x.example a@x.example": {"a@x.example", "b@x.example"},
		"o'hara@example.com":                   {"o'hara@example.com"},
		"ada\uff20example\uff0ecom":            {"ada@example.com"},
		"ada%40example.com":                    {"ada@example.com"},
		"ada%40example.com%20":                 {"ada@example.com"},
		"mailto:ada%40example.com":             {"ada@example.com"},
		"mailto://ada@example.com":             {"ada@example.com"},
		"email:ada@example.com":                {"ada@example.com"},
		"E-Mail: ada@example.com":              {"ada@example.com"},
		"&lt;ada@example.com&gt;":              {"ada@example.com"},
		"Ada &#60;ada@example.com&#62;":        {"ada@example.com"},
		"ada@example.com\u00a0.":               {"ada@example.com"},
		`"a:b"@example.com`:                    nil,
		"r&d@example.com":                      {"r&d@example.com"},
		"100%@example.com":                     {"100%@example.com"},
		"ada@exam\u200bple.com":                nil,
		"cand_9":                               nil,
		"":                                     nil,
		"@ada":                                 nil,
	} {
		assert.Equal(t, want, jobs.Emails(pasted), "%q", pasted)
	}
	assert.Equal(t, "ada@example.com", jobs.PastedEmail(" <ada@example.com> \u200b"))
	assert.Equal(t, "a@x, b@x", jobs.PastedEmail(" a@x, b@x\u200b "), "a check that follows refuses it")
}

// "7" is a string, whatever is in it.
func TestDecode_CallsWrongTypesWrongTypes(t *testing.T) {
	t.Parallel()
	_, err := jobs.Decode([]byte(`{"schema_version": "1", "org_id": 7, "interview_id": true, "version": "7", "interviewed_at": 7, "time_zone": [],
		"interviewer": "Lee", "interviewer_advances": "true", "candidate": {"id": 9, "email": ["a@b"]}, "scores": {"technical_skills": "4"}}`))
	require.EqualError(t, err, "interview result refused: schema_version: must be a number, not a string; "+
		"org_id: must be a string, not a number; interview_id: must be a string, not a boolean; version: must be a number, not a string; "+
		"interviewed_at: must be a string, not a number; time_zone: must be a string, not a list; interviewer: must be an object, not a string; "+
		"interviewer_advances: must be true, false or null, not a string; candidate.id: must be a string, not a number; "+
		"candidate.email: must be a string, not a list; scores.technical_skills: must be a number, not a string")
	for message, is := range map[string]string{`"{}"`: "a string", `7`: "a number", `[{}]`: "a list", `null`: "null", `true`: "a boolean"} {
		_, err := jobs.Decode([]byte(message))
		require.EqualError(t, err, "interview result refused: message: must be a JSON object, not "+is)
	}
}

package store_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/store"
)

// A profile's address has as many spellings as ways to copy it.
func TestParseProfileURL(t *testing.T) {
	t.Parallel()
	candidate := store.Profile{URL: "https://app.greenhouse.io/people/17", CandidateID: 17}
	both := store.Profile{URL: "https://app.greenhouse.io/people/17?application_id=19", CandidateID: 17, ApplicationID: 19}
	for want, spellings := range map[store.Profile][]string{
		candidate: {
			"https://app.greenhouse.io/people/17", "https://app.greenhouse.io/people/17/", "app.greenhouse.io/people/17", "//app.greenhouse.io/people/17",
			"HTTPS://APP.Greenhouse.IO/people/17", "https://app.greenhouse.io./people/17", "https://app.greenhouse.io:443/people/17",
			"https://app.greenhouse.io/people/17#notes", "https://app.greenhouse.io/people/17?src=search&page=2", "https://app.greenhouse.io/people/17?application_id=",
			"https://app.greenhouse.io/people/17/redesign", "https://app.greenhouse.io/people/17.", "https://app.greenhouse.io/people/17,", "https://app.greenhouse.io/people/17)",
			"<https://app.greenhouse.io/people/17>", "<app.greenhouse.io/people/17>.", "(https://app.greenhouse.io/people/17).", "“https://app.greenhouse.io/people/17”!",
			"'https://app.greenhouse.io/people/17';", "`https://app.greenhouse.io/people/17`", "  https://app.greenhouse.io/people/17\t\r\n",
			"\u200bhttps://app.greenhouse.io/people/17\u200b", "https://app.greenhouse.io/people/1\u200b7", "\ufeffhttps://app.green\u00adhouse.io/people/17\u2060 ",
			"https://app.greenhouse.io/people/17%E2%80%8B", "https://app.greenhouse.io/people/17%e2%80%8b", "https://app.greenhouse.io/people/17?next=https://x.example/a",
			"app.greenhouse.io/people/17?next=https://x.example/a",
		},
		both: {
			"https://app.greenhouse.io/people/17?application_id=19", "https://app.greenhouse.io/people/17?x=y&application_id=19#top", "app.greenhouse.io/people/17?application_id=19.",
			"https://app.greenhouse.io/people/17/applications/19", "https://app.greenhouse.io/people/17/applications/19/", "<app.greenhouse.io/people/17/applications/19>",
			"https://app.greenhouse.io/people/17/applications/19/redesign?x=1#top", "https://app.greenhouse.io/people/17/applications/19?application_id=19",
			"https://app.greenhouse.io/people/17/applications/19?application_id=", "https://app.greenhouse.io/people/17?x=y&amp;application_id=19",
			"https://app.greenhouse.io/people/17?application_id=19\u200b", "https://app.greenhouse.io/people/17/?application_id=19", "\"https://app.greenhouse.io/people/17?application_id=19\",",
		},
		{URL: "https://app2.greenhouse.io/people/17", CandidateID: 17}:                        {"https://app2.greenhouse.io/people/17"},
		{URL: "https://app.eu.greenhouse.io/people/17", CandidateID: 17}:                      {"app.eu.greenhouse.io/people/17"},
		{URL: "https://app.greenhouse.io/people/9223372036854775807", CandidateID: 1<<63 - 1}: {"https://app.greenhouse.io/people/9223372036854775807"},
	} {
		for _, spelling := range spellings {
			got, err := store.ParseProfileURL(spelling, false)
			require.NoError(t, err, "%q", spelling)
			assert.Equal(t, want, got, "%q", spelling)
		}
	}
}

func TestParseProfileURL_Refuses(t *testing.T) {
	t.Parallel()
	for _, host := range []string{
		"greenhouse.io", "www.greenhouse.io", "boards.greenhouse.io", "job-boards.greenhouse.io", "api.greenhouse.io", "harvest.greenhouse.io", "support.greenhouse.io",
		"notgreenhouse.io", "appgreenhouse.io", "app.greenhouse.io.evil.example", "app.greenhouse.io@evil.example", "evil@app.greenhouse.io", "app.greenhouse.io:8443",
		"app.evil.greenhouse.io", "evil.app.greenhouse.io", "myapp.greenhouse.io", "\u0430pp.greenhouse.io", "app.greenhouse.com", "127.0.0.1", "localhost",
	} {
		_, err := store.ParseProfileURL("https://"+host+"/people/17", false)
		assert.Error(t, err, host)
	}
	for _, path := range []string{
		"", "/", "/people", "/people/", "/people/0", "/people/-1", "/people/017", "/people/+17", "/people/x", "/people/17x", "/people/17-ada", "/people/1.7e1", "/people/\uff11\uff17",
		"/people/9223372036854775808", "/people/99999999999999999999999", "/jobs/17", "/x/people/17", "/people/17?application_id=x", "/people/17?application_id=0",
		"/people/17?application_id=-1", "/people/17?application_id=9223372036854775808", "/people/17/applications/99999999999999999999", "/people/17/applications/0",
		"/people/17/applications/19?application_id=20", "/people/17?application_id=19&application_id=20", "/people/17 and more",
	} {
		_, err := store.ParseProfileURL("https://app.greenhouse.io"+path, false)
		assert.Error(t, err, path)
	}
	for _, address := range []string{
		"", "17", "<>", "http://app.greenhouse.io/people/17", "ftp://app.greenhouse.io/people/17", "javascript:alert(1)", "javascript://app.greenhouse.io/people/17",
		"mailto:ada@app.greenhouse.io/people/17", "see https://app.greenhouse.io/people/17", "https://app.greenhouse.io/people/17 https://app.greenhouse.io/people/18",
	} {
		_, err := store.ParseProfileURL(address, false)
		assert.Error(t, err, "%q", address)
	}
}

// In development a simulator stands for Greenhouse, anywhere.
func TestParseProfileURL_Development(t *testing.T) {
	t.Parallel()
	got, err := store.ParseProfileURL("http://127.0.0.1:9000/people/17?application_id=19", true)
	require.NoError(t, err)
	assert.Equal(t, store.Profile{URL: "http://127.0.0.1:9000/people/17?application_id=19", CandidateID: 17, ApplicationID: 19}, got)
	for _, address := range []string{"javascript://x/people/17", "ftp://127.0.0.1/people/17", "http:///people/17", fmt.Sprintf("http://127.0.0.1/people/%d0", int64(1<<62))} {
		_, err = store.ParseProfileURL(address, true)
		assert.Error(t, err, address)
	}
}

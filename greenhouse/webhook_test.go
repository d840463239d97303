package greenhouse

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The signature of a real delivery: github.com/grnhse/greenhouse-api-docs, issue 276.
func TestSigned(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("testdata/webhook-signature-vector.json")
	require.NoError(t, err)
	var vector struct {
		Secret    string `json:"secret"`
		Body      string `json:"body"`
		Signature string `json:"signature_header"`
	}
	require.NoError(t, json.Unmarshal(text, &vector))
	secret, body := NewSecret(vector.Secret), []byte(vector.Body)
	assert.True(t, Signed(vector.Signature, secret, body))
	assert.True(t, Signed(strings.ToUpper(vector.Signature), secret, body))
	for name, signature := range map[string]string{
		"None": "", "Bare": strings.TrimPrefix(vector.Signature, "sha256 "), "OtherAlgorithm": strings.Replace(vector.Signature, "sha256", "sha1", 1),
		"Cut": vector.Signature[:40], "Altered": strings.Replace(vector.Signature, "395b", "395c", 1), "NoHex": "sha256 zz", "Empty": "sha256 ",
		"Longer": vector.Signature + "00",
	} {
		assert.False(t, Signed(signature, secret, body), name)
	}
	assert.False(t, Signed(vector.Signature, NewSecret(vector.Secret+"x"), body))
	assert.False(t, Signed(vector.Signature, secret, append(body, ' ')), "the raw body counts")
	assert.False(t, Signed("sha256 b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad", NewSecret(""), nil), "an empty secret signs nothing")
}

// Every sample of the documentation.
func TestReadEvent(t *testing.T) {
	t.Parallel()
	moment := func(text string) time.Time {
		at, err := time.Parse(time.RFC3339, text)
		require.NoError(t, err)
		return at
	}
	want := map[string]Event{
		"application_events__application-created": {
			Action: "new_candidate_application", At: moment("2017-10-27T14:44:42Z"), Candidate: 60304594, Application: 71980812, Born: moment("2017-10-27T14:44:42Z"),
			ProfileURL: "http://app.greenhouse.io/people/60304594?application_id=71980812", Status: "active", Stage: "Preliminary Phone Screen", Job: "Data Scientist",
		},
		"application_events__application-deleted": {Action: "delete_application", Candidate: 37031511, Application: 46194062},
		"application_events__application-updated": {
			Action: "application_updated", At: moment("2015-12-03T06:31:26Z"), Candidate: 13857579, Application: 22202940, Born: moment("2015-12-03T06:31:26Z"),
			ProfileURL: "https://app.greenhouse.io/people/13857579?application_id=22202940", Status: "active", Stage: "Application Review",
		},
		"application_events__offer-approved": {Action: "offer_approved"},
		"application_events__offer-created":  {Action: "offer_created"},
		"application_events__offer-deleted":  {Action: "offer_deleted"},
		"application_events__offer-updated":  {Action: "offer_updated"},
		"application_events__prospect-created": {
			Action: "new_prospect_application", At: moment("2014-12-02T23:10:16Z"), Candidate: 968190, Application: 979554, Born: moment("2014-12-02T23:10:16Z"),
			ProfileURL: "https://app.greenhouse.io/people/968190?application_id=979554", Status: "active", Job: "Designer",
		},
		"candidate_events__candidate-anonymized": {Action: "candidate_anonymized", Candidate: 37031511},
		"candidate_events__candidate-deleted":    {Action: "delete_candidate", Candidate: 37031511, Born: moment("2013-03-22T00:00:00Z")},
		"candidate_events__candidate-hired": {
			Action: "hire_candidate", At: moment("2014-11-20T22:49:14Z"), Candidate: 35897443, Application: 46194062, ExternalID: "12345",
			ProfileURL: "https://app.greenhouse.io/people/35897443?application_id=46194062", Status: "hired", Job: "Developer",
		},
		"candidate_events__candidate-merged": {Action: "merge_candidate", Candidate: 37031511, NewCandidate: 457456, Born: moment("2013-03-22T00:00:00Z")},
		"candidate_events__candidate-prospect-rejected": {
			Action: "reject_candidate", At: moment("2015-02-11T15:50:41Z"), Candidate: 265788, Application: 265293, Born: moment("2013-10-04T01:24:48Z"),
			ProfileURL: "https://app.greenhouse.io/people/265788?application_id=265293", Status: "rejected", Stage: "Offer", Job: "Designer",
		},
		"candidate_events__candidate-prospect-unrejected": {
			Action: "unreject_candidate", At: moment("2015-02-11T15:50:41Z"), Candidate: 265788, Application: 265293, Born: moment("2013-10-04T01:24:48Z"),
			ProfileURL: "https://app.greenhouse.io/people/265788?application_id=265293", Status: "active", Stage: "Offer", Job: "Designer",
		},
		"candidate_events__candidate-prospect-updated": {
			Action: "update_candidate", Candidate: 15696179, ExternalID: "946aa514658", Born: moment("2016-08-23T17:51:27Z"),
			ProfileURL: "https://app.greenhouse.io/people/15696179",
		},
		"candidate_events__candidate-stage-change": {
			Action: "candidate_stage_change", At: moment("2015-02-09T16:38:36Z"), Candidate: 265772, Application: 265277, ExternalID: "241b399ce4b0fd1c84e5528d",
			Born: moment("2013-10-04T01:24:44Z"), ProfileURL: "https://app.greenhouse.io/people/265772?application_id=265277", Status: "active", Stage: "Assessment",
			Job: "Designer",
		},
		"candidate_events__candidate-unhired": {
			Action: "unhire_candidate", At: moment("2015-03-18T20:28:09Z"), Candidate: 265788, Application: 265293, Born: moment("2013-10-04T01:24:48Z"),
			ProfileURL: "https://app.greenhouse.io/people/265788?application_id=265293", Status: "active", Stage: "Application Review", Job: "Designer",
		},
	}
	files, err := filepath.Glob("testdata/webhooks_*.json")
	require.NoError(t, err)
	require.Len(t, files, len(want))
	for _, file := range files {
		body, err := os.ReadFile(file)
		require.NoError(t, err)
		name := strings.TrimSuffix(strings.TrimPrefix(filepath.Base(file), "webhooks_"), "__1.json")
		got, err := ReadEvent(body)
		require.NoError(t, err, name)
		assert.Equal(t, want[name], got, name)
	}
}

func TestReadEvent_OfAnyShape(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", " ", "null", "[]", `"ping"`, "1", "{", `{"action":`, "<html>", "{}{}"} {
		_, err := ReadEvent([]byte(text))
		require.ErrorIs(t, err, ErrNotEvent, text)
	}
	for _, text := range []string{
		`{}`, `{"action":1}`, `{"payload":[1]}`, `{"payload":{"application":"x"}}`, `{"payload":{"application":{"id":"1","candidate":[],"jobs":{},"current_stage":7}}}`,
		`{"payload":{"person":{"id":-4,"new_candidate_id":5}}}`, `{"payload":{"candidate":{"id":1.5}}}`, `{"payload":{"candidate_id":1e99}}`,
	} {
		got, err := ReadEvent([]byte(text))
		require.NoError(t, err, text)
		assert.Equal(t, Event{}, got, text)
	}
	got, err := ReadEvent([]byte(` {"action":"new","payload":{"candidate":{"id":7,"external_id":9,"created_at":"soon"}}}`))
	require.NoError(t, err)
	assert.Equal(t, Event{Action: "new", Candidate: 7}, got)
}

package jobs_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/jobs"
)

// result is one that is exported; change it to make others.
func result(changes ...func(*jobs.InterviewResult)) jobs.InterviewResult {
	r := jobs.InterviewResult{
		OrgID: "acme", InterviewID: "iv_123", Version: 7,
		InterviewedAt:       time.Date(2017, 9, 28, 17, 0, 0, 0, time.UTC),
		InterviewerAdvances: new(true), CandidateContinues: new(true),
		Candidate: jobs.Candidate{ID: "cand_9", FullName: "Ada King Lovelace", Email: "ada@example.com"},
		Scores:    jobs.Scores{TechnicalSkills: new(4)},
	}
	for _, change := range changes {
		change(&r)
	}
	return r
}

func TestValidate(t *testing.T) {
	t.Parallel()

	t.Run("TakesAGoodResult", func(t *testing.T) {
		t.Parallel()
		require.NoError(t, jobs.Validate(result()))
	})

	t.Run("ReturnsEverythingAtOnce", func(t *testing.T) {
		t.Parallel()
		requireFields(t, []string{"org_id", "interview_id", "interviewed_at", "candidate.id"}, jobs.Validate(jobs.InterviewResult{}))
		err := jobs.Validate(result(func(r *jobs.InterviewResult) {
			r.SchemaVersion = 2
			r.Version = -1
			r.TimeZone = "Local"
			r.Candidate = jobs.Candidate{ID: "cand_9", FirstName: "Ada"}
			r.Scores.CommunicationSkills = new(0)
		}))
		requireFields(t, []string{
			"schema_version", "version", "time_zone", "candidate.full_name", "candidate.email", "scores.communication_skills",
		}, err)
	})

	t.Run("NamesTextsThatPostgresCannotStore", func(t *testing.T) {
		t.Parallel()
		err := jobs.Validate(result(func(r *jobs.InterviewResult) {
			r.OrgID = "a\x00"
			r.Interviewer.Name = "\xff"
			r.Candidate.Email = "ada\x00@example.com"
			r.FreeformFeedback = "cut in the middle of \xe2\x82"
			r.Version = -1
		}))
		requireFields(t, []string{"org_id", "interviewer.name", "candidate.email", "freeform_feedback", "version"}, err)
	})

	t.Run("RefusesTimesBeyondTheContract", func(t *testing.T) {
		t.Parallel()
		for _, at := range []time.Time{{}, time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(1969, 1, 1, 0, 0, 0, 0, time.UTC),
			time.Date(-5, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2017, 9, 28, 17, 0, 0, 0, time.FixedZone("", 30*60*60))} {
			requireFields(t, []string{"interviewed_at"}, jobs.Validate(result(func(r *jobs.InterviewResult) { r.InterviewedAt = at })))
		}
	})

	t.Run("KeepsTheInstantOfAnOddOffset", func(t *testing.T) {
		t.Parallel()
		at := time.Date(1971, 9, 28, 17, 0, 0, 1, time.FixedZone("LMT", -(44*60+30)))
		text, err := json.Marshal(result(func(r *jobs.InterviewResult) { r.InterviewedAt = at }))
		require.NoError(t, err)
		got, err := jobs.Decode(text)
		require.NoError(t, err)
		require.True(t, at.Equal(got.InterviewedAt), got.InterviewedAt)
	})

	t.Run("SaysNothingOfTheValues", func(t *testing.T) {
		t.Parallel()
		secret := "Zaphod"
		long := strings.Repeat(secret, 200)
		err := jobs.Validate(result(func(r *jobs.InterviewResult) {
			r.OrgID, r.InterviewID, r.TimeZone, r.Job, r.Traceparent = long, secret+" ", secret, long, long
			r.Interviewer = jobs.Interviewer{Name: long, Email: secret}
			r.Candidate = jobs.Candidate{ID: long, FullName: secret + "\n", FirstName: long, LastName: secret + "\xff", Email: secret}
		}))
		require.Error(t, err)
		require.NotContains(t, err.Error(), secret)
		for _, field := range []string{"org_id", "time_zone", "candidate.id", "candidate.email", "candidate.last_name", "job"} {
			assert.Contains(t, err.Error(), field+": ")
		}
	})
}

func TestArgs(t *testing.T) {
	t.Parallel()
	export, err := json.Marshal(jobs.ExportArgs{ExportID: 12})
	require.NoError(t, err)
	assert.JSONEq(t, `{"export_id": 12}`, string(export))
	assert.Equal(t, "export", jobs.ExportArgs{}.Kind())
	probe, err := json.Marshal(jobs.ProbeArgs{OrgID: "acme"})
	require.NoError(t, err)
	assert.JSONEq(t, `{"org_id": "acme"}`, string(probe))
	assert.Equal(t, "probe", jobs.ProbeArgs{}.Kind())
}

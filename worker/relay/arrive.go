package relay

import (
	"bytes"
	"crypto/sha256"
	"slices"
	"time"

	"github.com/interviewing-io/greenhouse-export/jobs"
	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/worker/render"
)

// arrive decodes messages and reduces them to one arrival an interview.
func (r *Relay) arrive(messages []store.Message) (arrivals []ledger.Arrival, rejected map[int64]string) {
	rejected = map[int64]string{}
	type key struct{ org, interview string }
	byInterview := map[key][]snapshot{}
	var order []key
	for _, m := range messages {
		result, err := jobs.Decode(m.Body)
		if err != nil {
			rejected[m.ID] = render.Mask(err.Error(), render.PersonIn(m.Body)) // names fields, never values; an unknown field may be called anything
			continue
		}
		k := key{m.OrgID, m.InterviewID}
		if byInterview[k] == nil {
			order = append(order, k)
		}
		digest := sha256.Sum256(contentOf(m.Body))
		byInterview[k] = append(byInterview[k], snapshot{m, result, digest[:]})
	}
	for _, k := range order {
		a, err := r.reduce(byInterview[k])
		if err != nil {
			for _, s := range byInterview[k] {
				rejected[s.ID] = err.Error()
			}
			continue
		}
		arrivals = append(arrivals, a)
	}
	return arrivals, rejected
}

// snapshot is a decoded message.
type snapshot struct {
	store.Message
	result jobs.InterviewResult
	digest []byte
}

// reduce makes one arrival of an interview's messages: the newest by version counts, the first of several with the same version, and
// each is compared with its neighbour.
func (r *Relay) reduce(all []snapshot) (ledger.Arrival, error) {
	slices.SortStableFunc(all, func(a, b snapshot) int { return int(min(max(a.Version-b.Version, -1), 1)) })
	newest := all[0]
	ids := []int64{newest.ID}
	var flags []string
	everBoth := false
	var yes yesTimes
	yes.see(newest)
	for _, s := range all[1:] {
		ids = append(ids, s.ID)
		if s.Version == newest.Version {
			if !bytes.Equal(s.digest, newest.digest) {
				flags = append(flags, ledger.FlagVersionConflict)
			}
			continue
		}
		yes.see(s)
		before, now := newest.result, s.result
		if before.InterviewerAdvances != nil && now.InterviewerAdvances == nil ||
			before.CandidateContinues != nil && now.CandidateContinues == nil {
			flags = append(flags, ledger.FlagDecisionVanished)
		}
		eligible, _ := eligibility(before)
		everBoth = everBoth || eligible
		newest = s
	}
	a, err := r.arrival(newest, flags)
	a.Messages, a.AdvancedAt, a.ContinuedAt = ids, yes.advanced, yes.continued
	if everBoth && !a.Eligible && a.Cause != ledger.CausePractice {
		a.Cause = ledger.CauseWithdrawn
	}
	return a, err
}

// yesTimes tells when each of the two last began to say yes, of the messages seen in the order of their versions.
type yesTimes struct{ advanced, continued *time.Time }

func (y *yesTimes) see(s snapshot) {
	for _, d := range []struct {
		at  **time.Time
		now *bool
	}{{&y.advanced, s.result.InterviewerAdvances}, {&y.continued, s.result.CandidateContinues}} {
		switch {
		case d.now == nil || !*d.now:
			*d.at = nil
		case *d.at == nil:
			*d.at = &s.EnqueuedAt
		}
	}
}

func (r *Relay) arrival(s snapshot, flags []string) (ledger.Arrival, error) {
	result := s.result
	a := ledger.Arrival{
		Newest: s.ID, OrgID: s.OrgID, InterviewID: s.InterviewID, CandidateID: result.Candidate.ID, Version: s.Version,
		Digest: s.digest, InterviewedAt: result.InterviewedAt, Advances: result.InterviewerAdvances,
		Continues: result.CandidateContinues, Practice: result.Practice, Job: result.Job, EnqueuedAt: s.EnqueuedAt, Flags: flags,
		Traceparent: traceparentOf(result.Traceparent),
	}
	if a.Eligible, a.Cause = eligibility(result); !a.Eligible {
		return a, nil // and keep nothing about the person
	}
	rendered, err := render.Render(result, s.CompanyZone, s.NoteFormat)
	if err != nil {
		return a, err
	}
	a.Flags = append(a.Flags, rendered.Flags...)
	a.Body = &ledger.Body{
		FirstName: rendered.FirstName, LastName: rendered.LastName, Email: rendered.Email, LinkedIn: rendered.LinkedIn,
		Note: rendered.Note, NoteFormat: rendered.NoteFormat,
		InterviewerName: result.Interviewer.Name, InterviewerEmail: result.Interviewer.Email,
	}
	a.CandidateDigest = r.Digests.Candidate(result.Candidate.ID)
	a.EmailDigest = r.Digests.Email(rendered.Email)
	return a, nil
}

// eligibility tells whether a result may be exported: both said yes, and it was no practice. Pure.
func eligibility(r jobs.InterviewResult) (bool, ledger.Cause) {
	no := func(d *bool) bool { return d != nil && !*d }
	switch {
	case r.Practice:
		return false, ledger.CausePractice
	case no(r.InterviewerAdvances), no(r.CandidateContinues):
		return false, ledger.CauseDecisionNo
	case r.InterviewerAdvances == nil, r.CandidateContinues == nil:
		return false, ledger.CauseDecisionMissing
	}
	return true, ledger.CauseNone
}

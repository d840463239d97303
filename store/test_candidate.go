package store

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/interviewing-io/greenhouse-export/jobs"
	"github.com/interviewing-io/greenhouse-export/ledger"
)

// TestCandidate describes how the newest test candidate of a company goes. Its names are those of the API.
type TestCandidate struct {
	InterviewID string        `json:"interview_id"`
	MadeAt      time.Time     `json:"made_at"`
	MadeBy      string        `json:"made_by"`
	ExportID    *int64        `json:"export_id"` // null until its message is folded
	State       *ledger.State `json:"state"`     // null until then
	Cause       *ledger.Cause `json:"cause"`
	Detail      *string       `json:"detail"`
	Held        *ledger.Cause `json:"held"` // why its company may not send; null unless it waits for that
	ProfileURL  *string       `json:"profile_url"`
	SentAt      *time.Time    `json:"sent_at"`
	Rejected    bool          `json:"rejected"` // its message could not be folded
	Elsewhere   bool          `json:"test_address"`
	Waits       bool          `json:"waits"` // it is on its way: another press sends no second one
}

// TestName is what a test candidate is called, and TestEmail how its address ends: a domain that can receive nothing.
const (
	TestName  = "Test Candidate (interviewing.io)"
	TestEmail = "@example.com"
)

const testNote = "This is a test, and nobody was interviewed. It was sent to see that candidates arrive here. Delete this profile whenever you like."

// TestCandidateRefusedError says that a company is not far enough set up for a test candidate.
type TestCandidateRefusedError struct {
	Org  string
	Held ledger.Cause
}

// Error says what the company is held for.
func (e *TestCandidateRefusedError) Error() string {
	return fmt.Sprintf("no test candidate can be sent: company %q is held for %s", e.Org, e.Held)
}

// SendTestCandidate commits the message of a made-up interview to the outbox, as a producer would, and returns how it goes and whether it
// was made. While one waits there is no second: whoever asks again gets that one, and nothing is changed. One transaction with its audit
// row. It returns [ErrNotFound] for a company that nobody has connected, and a [*TestCandidateRefusedError] for one that is off, incomplete or
// untested; one that is held otherwise lets it wait.
func (s *Store) SendTestCandidate(ctx context.Context, org string, by By) (TestCandidate, bool, error) {
	made := false
	err := s.InTx(ctx, string(ledger.ActionOrgTestCandidate), func(tx pgx.Tx) error {
		made = false
		var held *ledger.Cause
		err := tx.QueryRow(ctx, "SELECT ghexport.held(org_id) FROM ghexport.integrations WHERE org_id = $1 FOR NO KEY UPDATE", org).Scan(&held)
		if err != nil {
			return fmt.Errorf("company %q: %w", org, NotFound(err))
		}
		if held != nil && (*held == ledger.CauseOff || *held == ledger.CauseIncomplete || *held == ledger.CauseUntested) {
			return &TestCandidateRefusedError{Org: org, Held: *held}
		}
		last, err := lastTest(ctx, tx, org)
		if err == nil && last.Waits || err != nil && !errors.Is(err, ErrNotFound) {
			return err
		}
		made = true
		return makeTest(ctx, tx, org, by)
	})
	if refused := new(TestCandidateRefusedError); errors.As(err, &refused) {
		return TestCandidate{}, false, refused
	}
	if err != nil {
		return TestCandidate{}, false, err
	}
	last, err := lastTest(ctx, s.Pool, org)
	return last, made, err
}

func makeTest(ctx context.Context, tx pgx.Tx, org string, by By) error {
	name := "test-candidate-" + strings.ToLower(rand.Text()[:12])
	yes := true
	_, err := tx.Exec(ctx, "INSERT INTO ghexport.test_candidates (org_id, interview_id, made_by) VALUES ($1, $2, $3)",
		org, name, ledger.Clean(by.Actor, DetailCap))
	if err != nil {
		return err
	}
	_, err = jobs.Enqueue(ctx, tx, jobs.InterviewResult{
		OrgID: org, InterviewID: name, Version: 1, InterviewedAt: time.Now().UTC().Truncate(time.Second),
		Interviewer: jobs.Interviewer{Name: "interviewing.io"}, InterviewerAdvances: &yes, CandidateContinues: &yes,
		Candidate:        jobs.Candidate{ID: name, FullName: TestName, Email: testAddress(org, name)},
		FreeformFeedback: testNote,
	})
	if err != nil {
		return err
	}
	return AddAudit(ctx, tx, by, ledger.ActionOrgTestCandidate, org, map[string]any{"interview": name})
}

var notInAddress = regexp.MustCompile(`[^a-z0-9]+`)

// testAddress is another address for each, with the company in it, so that Greenhouse merges no two of them.
func testAddress(org, name string) string {
	slug := strings.Trim(notInAddress.ReplaceAllString(strings.ToLower(org), "-"), "-")
	return "test+" + strings.Trim(slug[:min(len(slug), 24)]+"-"+name[len("test-candidate-"):], "-") + TestEmail
}

// LastTestCandidate reads how a company's newest test candidate goes, or returns [ErrNotFound].
func (s *Store) LastTestCandidate(ctx context.Context, org string) (TestCandidate, error) {
	return lastTest(ctx, s.Pool, org)
}

// querier is a pool, or a transaction of it.
type querier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}

func lastTest(ctx context.Context, q querier, org string) (TestCandidate, error) {
	rows, err := q.Query(ctx, `
		SELECT t.interview_id, t.made_at, t.made_by, e.id, e.state, CASE WHEN h.held IS NULL THEN e.cause END, e.detail, h.held, e.profile_url, e.sent_at,
		       r.there, coalesce('test_address' = ANY (e.flags), false),
		       coalesce(e.state IN ('ineligible', 'pending', 'queued', 'sending'), o.there)
		  FROM ghexport.test_candidates t -- test_candidates_pkey
		  LEFT JOIN ghexport.exports e ON e.id = t.export_id
		 CROSS JOIN LATERAL (SELECT CASE WHEN e.state IS NULL OR e.state IN ('pending', 'queued') THEN ghexport.held(t.org_id) END AS held) h
		 CROSS JOIN LATERAL (SELECT EXISTS (SELECT FROM ghexport.outbox o WHERE o.org_id = t.org_id AND o.interview_id = t.interview_id) AS there) o
		 CROSS JOIN LATERAL (SELECT EXISTS (SELECT FROM ghexport.rejected r WHERE r.org_id = t.org_id AND r.interview_id = t.interview_id) AS there) r
		 WHERE t.org_id = $1
		 ORDER BY t.made_at DESC
		 LIMIT 1`, org)
	if err != nil {
		return TestCandidate{}, fmt.Errorf("the test candidate of company %q: %w", org, err)
	}
	t, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByPos[TestCandidate])
	if err != nil {
		return t, fmt.Errorf("the test candidate of company %q: %w", org, NotFound(err))
	}
	return t, nil
}

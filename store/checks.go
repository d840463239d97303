package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/interviewing-io/greenhouse-export/ledger"
)

// CheckKind names what looked at a credential.
type CheckKind string

// The kinds.
const (
	CheckTest  CheckKind = "test"  // a person tested a connection
	CheckSend  CheckKind = "send"  // an export was refused, and that began a hold
	CheckProbe CheckKind = "probe" // a look at a company that is held
	CheckDaily CheckKind = "daily" // a look at one that is not
	CheckTrial CheckKind = "trial" // the one export that tries whether a 403 is over
)

// CheckAnswer names what a look found out about the credential.
type CheckAnswer string

// The answers.
const (
	CheckAccepted CheckAnswer = "accepted"
	CheckRefused  CheckAnswer = "refused" // 401 or 403, or the stored key does not open
	CheckNone     CheckAnswer = "none"    // nothing was learned about it: no answer, or another than 2xx, 401 and 403
)

// CheckRow is one look at a company's credential, as it is kept for a while.
type CheckRow struct {
	ID        int64         `json:"id"`
	OrgID     string        `json:"org_id"`
	At        time.Time     `json:"at"`
	Kind      CheckKind     `json:"kind"`
	Answer    CheckAnswer   `json:"answer"`
	Cause     *ledger.Cause `json:"cause"`  // why it was refused
	Status    *int          `json:"status"` // HTTP; null when no answer came
	Detail    *string       `json:"detail"` // Greenhouse's words
	KeyLast5  *string       `json:"key_last5"`
	CreatedBy *string       `json:"created_by"`
}

const checkPage = 100

// Checks reads a company's newest looks, newest first; 100 when limit is 0.
func (s *Store) Checks(ctx context.Context, org string, limit int) ([]CheckRow, error) {
	if limit <= 0 {
		limit = checkPage
	}
	rows, err := s.Pool.Query(ctx, `
		SELECT c.id, c.org_id, c.at, c.kind, c.answer, c.cause, c.status, c.detail, c.key_last5, c.created_by
		  FROM ghexport.checks c
		 WHERE c.org_id = $1 -- checks_by_org
		 ORDER BY c.id DESC
		 LIMIT $2`, org, limit)
	if err != nil {
		return nil, fmt.Errorf("read checks of company %q: %w", org, err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[CheckRow])
	if err != nil {
		return nil, fmt.Errorf("read checks of company %q: %w", org, err)
	}
	return list, nil
}

// TestedCredential holds what a person tested, saved or not, and what came of it.
type TestedCredential struct {
	OrgID     string
	KeyDigest []byte // from [Digests.Key]
	KeyLast5  string
	CreatedBy string
	Answer    CheckAnswer
	Cause     ledger.Cause // of a refusal
	Status    int          // 0 when no answer came
	Detail    string
}

// AddTest keeps what a connection test found, so that a later refusal can be told apart by which key worked with whom. Detail is
// Greenhouse's words; it is cleaned and capped here.
func (s *Store) AddTest(ctx context.Context, t TestedCredential) error {
	_, err := s.Pool.Exec(ctx, `
		INSERT INTO ghexport.checks (org_id, kind, answer, cause, status, detail, key_digest, key_last5, created_by)
		VALUES ($1, 'test', $2, nullif($3, ''), nullif($4::int, 0), nullif($5, ''), $6, nullif($7, ''), nullif($8, ''))`,
		t.OrgID, string(t.Answer), string(t.Cause), t.Status, ledger.Clean(t.Detail, DetailCap), t.KeyDigest, t.KeyLast5, t.CreatedBy)
	if err != nil {
		return fmt.Errorf("keep the test of company %q: %w", t.OrgID, err)
	}
	return nil
}

// logCheck writes down a look at the one integration that a CTE named held has changed. Cause, detail and status are SQL of ours.
func logCheck(kind CheckKind, answer CheckAnswer, cause, detail, status string) string {
	return `
	INSERT INTO ghexport.checks (org_id, kind, answer, cause, detail, status, credential_version, key_digest, key_last5, created_by)
	SELECT org_id, '` + string(kind) + `', '` + string(answer) + `', ` + cause + `, ` + detail + `, ` + status + `,
	       credential_version, key_digest, key_last5, created_by
	  FROM held`
}

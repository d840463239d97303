package store

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/interviewing-io/greenhouse-export/ledger"
)

// Compared says what Greenhouse's own record of a profile tells of the export that a person finds there.
type Compared string

// What there is to say, as the audit trail keeps it.
const (
	ComparedSame     Compared = "same"           // it has the export's candidate id as external_id
	ComparedOther    Compared = "other"          // it has another one, and the person insisted
	ComparedNone     Compared = "no external_id" // it has none, or the export's is erased
	ComparedNotShown Compared = "not shown"      // Greenhouse leaves out what was merged, deleted, or is not the user's to see
	ComparedNot      Compared = "not read"       // there is no key that opens and may read, no budget left, or no answer
)

// MismatchError says that Greenhouse knows a profile as somebody else. Nothing was changed.
type MismatchError struct {
	ExportID int64
	Because  string // a whole clause
}

// Error names the export and the reason.
func (e *MismatchError) Error() string { return fmt.Sprintf("export %d: %s", e.ExportID, e.Because) }

// ExternalID reads the company of an export and the id under which Greenhouse got its candidate; "" once that is erased. It returns
// [ErrNotFound] for a number that no export has.
func (s *Store) ExternalID(ctx context.Context, export int64) (org, id string, err error) {
	err = s.Pool.QueryRow(ctx, `
		SELECT e.org_id, CASE WHEN e.erased_at IS NULL THEN e.candidate_id ELSE '' END FROM ghexport.exports e WHERE e.id = $1`, export).
		Scan(&org, &id)
	if err != nil {
		return "", "", fmt.Errorf("export %d: %w", export, NotFound(err))
	}
	return org, id, nil
}

// ByWordColumns is of an export e: whether it is sent by a person's word, whether an answer made it a candidate, and, of one by word, whether
// another export of its candidate was sent, is on its way or may exist.
const ByWordColumns = `
		       EXISTS (SELECT FROM ghexport.presences p WHERE p.export_id = e.id),
		       EXISTS (SELECT FROM ghexport.attempts t WHERE t.export_id = e.id AND t.outcome = 'sent'),
		       EXISTS (SELECT FROM ghexport.presences p WHERE p.export_id = e.id)
		       AND EXISTS (SELECT FROM ghexport.exports s
		                    WHERE s.id IN (SELECT c.id FROM ghexport.exports c
		                                    WHERE c.org_id = e.org_id AND c.candidate_digest = e.candidate_digest -- exports_by_candidate
		                                   UNION ALL
		                                   SELECT m.id FROM ghexport.exports m
		                                    WHERE m.org_id = e.org_id AND m.email_digest = e.email_digest) -- exports_by_email
		                      AND s.id <> e.id
		                      AND (s.state IN ('pending', 'queued', 'sending', 'sent', 'unknown') OR 'may_exist' = ANY (s.flags)))`

// taken is of an export e: whether the profile $2, with the application $3, is the one it has, and which export of another candidate of
// that company has the profile; 0 for none. Another candidate has neither the id nor the email.
const taken = `
		       coalesce(e.greenhouse_candidate_id = $2 AND coalesce(e.greenhouse_application_id, 0) = $3, false),
		       coalesce((SELECT min(o.id) FROM ghexport.exports o
		                  WHERE o.greenhouse_candidate_id = $2 -- exports_by_profile
		                    AND o.org_id || '' = e.org_id
		                    AND o.id <> e.id
		                    AND NOT coalesce(o.candidate_digest = e.candidate_digest, false)
		                    AND NOT coalesce(o.email_digest = e.email_digest, false)), 0)`

// lockProfiles makes whoever else names a profile wait for the transaction's end, so that two people cannot give one to two candidates.
// It must come before the look. Answers of Greenhouse wait for nobody: what they say is so.
func lockProfiles(ctx context.Context, tx pgx.Tx) error {
	if _, err := tx.Exec(ctx, "LOCK TABLE ghexport.presences IN SHARE UPDATE EXCLUSIVE MODE"); err != nil {
		return fmt.Errorf("lock the profiles that people name: %w", err)
	}
	return nil
}

// keepWord notes that exports are sent by a person's word from now on, or are no longer.
func (m move) keepWord(ctx context.Context, tx pgx.Tx, candidate int64, ids []int64) error {
	var err error
	switch {
	case m.To == ledger.StateSent:
		_, err = tx.Exec(ctx, `
			INSERT INTO ghexport.presences (export_id, greenhouse_candidate_id)
			SELECT id, $2 FROM unnest($1::bigint[]) id
			ON CONFLICT (export_id) DO UPDATE
			   SET greenhouse_candidate_id = excluded.greenhouse_candidate_id, said_at = excluded.said_at`, ids, candidate)
	case m.from == ledger.StateSent:
		_, err = tx.Exec(ctx, "DELETE FROM ghexport.presences WHERE export_id = ANY ($1)", ids)
	}
	if err != nil {
		return fmt.Errorf("note what is sent by word: %w", err)
	}
	return nil
}

// confirm ends a person's word about an export for which an answer names the same candidate.
func confirm(ctx context.Context, tx pgx.Tx, in Settle) error {
	_, err := tx.Exec(ctx, "DELETE FROM ghexport.presences WHERE export_id = $1 AND greenhouse_candidate_id = $2", in.ExportID, in.CandidateID)
	if err != nil {
		return fmt.Errorf("note that an answer confirms it: %w", err)
	}
	return nil
}

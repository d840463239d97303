package store

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/interviewing-io/greenhouse-export/ledger"
)

// HoldFacts gathers what there is to say about a company that may not send; nil for one that may. A company that nobody connected
// is off.
func (s *Store) HoldFacts(ctx context.Context, org string) (*ledger.HoldFacts, error) {
	var f ledger.HoldFacts
	var held *ledger.Cause
	var digest []byte
	err := s.Pool.QueryRow(ctx, holdFacts, org).Scan(&held, &f.Since, &f.GoodUntil, &f.Detail, &f.Status, &f.Reading, &f.KeyLast5,
		&f.CreatedBy, &f.CreatedByName, &f.Mode, &f.Probes, &f.NextProbe, &f.Waiting, &digest)
	if err != nil {
		return nil, fmt.Errorf("why company %q is held: %w", org, NotFound(err))
	}
	if held == nil {
		return nil, nil
	}
	f.Cause = *held
	if f.Cause != ledger.CauseAuthRejected {
		return &f, nil
	}
	if f.KeyWorked, err = s.worked(ctx, keyWorked, org, digest, f.CreatedBy); err != nil {
		return nil, err
	}
	if f.UserWorked, err = s.worked(ctx, userWorked, org, digest, f.CreatedBy); err != nil {
		return nil, err
	}
	return &f, nil
}

const holdFacts = `
	SELECT held.reason,
	       CASE held.reason WHEN 'stopped' THEN c.stopped_at WHEN 'paused' THEN i.paused_at WHEN 'decrypt.failed' THEN i.decrypt_failed_at
	                        WHEN 'auth.rejected' THEN i.hold_since WHEN 'permission.denied' THEN i.hold_since
	                        WHEN 'refusing' THEN i.hold_since END,
	       h.good_until, coalesce(CASE held.reason WHEN 'paused' THEN i.paused_reason WHEN 'stopped' THEN c.stopped_reason ELSE i.hold_detail END, ''),
	       coalesce(k.status, 0), coalesce(k.kind IN ('probe', 'daily', 'test'), false), coalesce(i.key_last5, ''),
	       coalesce(i.created_by, ''), coalesce(i.created_by_name, ''), coalesce(i.mode, 'prospect'), coalesce(i.probes, 0), i.probe_at,
	       w.waiting, i.key_digest
	  FROM (SELECT $1::text AS org_id) o
	 CROSS JOIN ghexport.control c
	  LEFT JOIN ghexport.integrations i ON i.org_id = o.org_id
	  LEFT JOIN ghexport.holds h ON h.org_id = o.org_id AND h.until IS NULL -- holds_open
	  LEFT JOIN LATERAL (SELECT l.status, l.kind FROM ghexport.checks l -- checks_by_org
	                      WHERE l.org_id = o.org_id AND l.answer = 'refused' ORDER BY l.id DESC LIMIT 1) k ON true
	 CROSS JOIN LATERAL (SELECT ghexport.held_reason(i, c.stopped_at IS NOT NULL) AS reason) held
	 CROSS JOIN LATERAL (SELECT ` + WaitingOf + ` AS waiting FROM (SELECT o.org_id) i) w`

// keyWorked finds the same key with another user, at whatever company; whose user that was is told to its own company alone.
const keyWorked = `
	SELECT k.at, CASE WHEN k.org_id = $1 THEN k.created_by ELSE '' END
	  FROM ghexport.checks k -- checks_by_key
	 WHERE k.key_digest = $2 AND k.answer = 'accepted' AND lower(k.created_by) <> lower($3)
	 ORDER BY k.id DESC
	 LIMIT 1`

// userWorked finds the same user with another key of the same company.
const userWorked = `
	SELECT k.at, coalesce(k.key_last5, '')
	  FROM ghexport.checks k -- checks_by_org
	 WHERE k.org_id = $1 AND k.key_digest <> $2 AND k.answer = 'accepted' AND lower(k.created_by) = lower($3)
	 ORDER BY k.id DESC
	 LIMIT 1`

func (s *Store) worked(ctx context.Context, query, org string, digest []byte, createdBy string) (*ledger.Worked, error) {
	var w ledger.Worked
	err := s.Pool.QueryRow(ctx, query, org, digest, createdBy).Scan(&w.At, &w.With)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("what worked for company %q: %w", org, err)
	}
	return &w, nil
}

package store

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/interviewing-io/greenhouse-export/ledger"
)

// TestSwitched says what turning test mode on or off did.
type TestSwitched struct {
	Changed bool  // it was not so already
	Sends   bool  // in test mode: to the test address
	Waiting int64 // what waited, and goes on waiting to be sent
	Dropped int64 // what waited, and was cancelled
	Tested  int64 // off: what was sent to the test address meanwhile, and goes nowhere else
}

// testSends tells whether every node that sends has a test address. One that is older than test mode does not say.
const testSends = `
	(SELECT coalesce(bool_and(n.test_address IS TRUE), false)
	   FROM ghexport.nodes n
	  WHERE n.sends AND n.seen_at > clock_timestamp() - interval '1 minute')`

// SetTestMode puts a company into test mode or takes it out. In test mode nothing of it goes to Greenhouse: exports go to the test address,
// or wait for test.mode where a node that sends has none. What waits when the mode changes would go elsewhere than it was to: without an
// answer it returns a [*WaitingError] and changes nothing. Every refusal of before ends; where the test address was used, the connection
// must pass its test again before anything goes to Greenhouse. One transaction; [ErrNotFound] where nobody connected the company.
func (s *Store) SetTestMode(ctx context.Context, org string, on bool, waiting Waiting, by By) (TestSwitched, error) {
	var out TestSwitched
	err := s.InTx(ctx, string(ledger.ActionOrgTestMode), func(tx pgx.Tx) error {
		out = TestSwitched{}
		if waiting == WaitingDrop {
			if err := RelayTurn.Await(ctx, tx); err != nil {
				return err
			}
		}
		var is bool
		err := tx.QueryRow(ctx, "SELECT test_since IS NOT NULL FROM ghexport.integrations WHERE org_id = $1 FOR UPDATE", org).Scan(&is)
		if err != nil {
			return fmt.Errorf("company %q: %w", org, NotFound(err))
		}
		if is == on {
			return nil
		}
		if err := settleWaiting(ctx, tx, org, waiting, by, &out); err != nil {
			return err
		}
		if err := switchTestMode(ctx, tx, org, on, by, &out); err != nil {
			return err
		}
		out.Changed = true
		detail := map[string]any{"on": on, "sent": out.Waiting, "dropped": out.Dropped}
		if err := AddAudit(ctx, tx, by, ledger.ActionOrgTestMode, org, detail); err != nil {
			return err
		}
		return WakeRelay(ctx, tx)
	})
	return out, err
}

// settleWaiting counts or drops what waits, or asks.
func settleWaiting(ctx context.Context, tx pgx.Tx, org string, waiting Waiting, by By, out *TestSwitched) error {
	if err := tx.QueryRow(ctx, "SELECT "+WaitingOf+" FROM (SELECT $1::text AS org_id) i", org).Scan(&out.Waiting); err != nil {
		return fmt.Errorf("count what waits: %w", err)
	}
	switch {
	case out.Waiting > 0 && waiting == WaitingDrop:
		dropped, err := dropWaiting(ctx, tx, org, by)
		out.Waiting, out.Dropped = 0, dropped
		return err
	case out.Waiting > 0 && waiting != WaitingSend:
		return &WaitingError{OrgID: org, Count: out.Waiting}
	}
	return nil
}

func switchTestMode(ctx context.Context, tx pgx.Tx, org string, on bool, by By, out *TestSwitched) error {
	if !on {
		err := tx.QueryRow(ctx, `
			SELECT count(*)
			  FROM ghexport.exports e -- exports_by_org
			  JOIN ghexport.integrations i ON i.org_id = e.org_id
			 WHERE e.org_id = $1 AND e.state = 'sent' AND e.sent_at >= i.test_since AND 'test_address' = ANY (e.flags)
			   AND NOT `+IsTestCandidate, org).Scan(&out.Tested)
		if err != nil {
			return fmt.Errorf("count what went to the test address: %w", err)
		}
	}
	return tx.QueryRow(ctx, `
		UPDATE ghexport.integrations i
		   SET test_since = CASE WHEN $2 THEN clock_timestamp() END,
		       test_by = CASE WHEN $2 THEN $3 END,
		       test_sends = $2 AND `+testSends+`,
		       credential_version = i.credential_version + 1,
		       tested_version = CASE WHEN i.tested_version = i.credential_version AND ($2 OR NOT i.test_sends) THEN i.credential_version + 1 END,
		       `+endHold+`, refused_targets = '{}', revision = i.revision + 1, updated_at = clock_timestamp()
		 WHERE i.org_id = $1
		RETURNING i.test_sends`, org, on, ledger.Clean(by.Actor, DetailCap)).Scan(&out.Sends)
}

// SyncTestMode lets companies in test mode send to the test address where every node that sends has one, and holds them where one has not.
// Safe to call at any time, on every node.
func (s *Store) SyncTestMode(ctx context.Context) error {
	_, err := s.Pool.Exec(ctx, `
		WITH changed AS (
			UPDATE ghexport.integrations i
			   SET test_sends = s.sends
			  FROM (SELECT `+testSends+` AS sends) s
			 WHERE i.test_since IS NOT NULL AND i.test_sends <> s.sends -- integrations_testing
			RETURNING i.org_id
		)
		SELECT ghexport.wake() FROM (SELECT FROM changed LIMIT 1) one`)
	if err != nil {
		return fmt.Errorf("look who has a test address: %w", err)
	}
	return nil
}

// HoldTests holds every company in test mode until the next [Store.SyncTestMode].
func (s *Store) HoldTests(ctx context.Context) error {
	_, err := s.Pool.Exec(ctx, "UPDATE ghexport.integrations SET test_sends = false WHERE test_since IS NOT NULL AND test_sends") // integrations_testing
	if err != nil {
		return fmt.Errorf("hold companies in test mode: %w", err)
	}
	return nil
}

// Testing lists the companies in test mode.
func (s *Store) Testing(ctx context.Context) ([]string, error) {
	rows, err := s.Pool.Query(ctx, "SELECT org_id FROM ghexport.integrations WHERE test_since IS NOT NULL ORDER BY org_id") // integrations_testing
	if err != nil {
		return nil, fmt.Errorf("list companies in test mode: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, fmt.Errorf("list companies in test mode: %w", err)
	}
	return list, nil
}

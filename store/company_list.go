package store

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/interviewing-io/greenhouse-export/ledger"
)

// CompanyLine is one company in the list of all: how it is connected, and what of it needs somebody.
type CompanyLine struct {
	OrgID      string
	Enabled    bool
	Held       *ledger.Cause // why nothing is sent for it; nil when it may send
	Refused    bool          // Greenhouse refuses it, or its key does not open
	LastGoodAt *time.Time    // when Greenhouse last accepted its key
	CreatedBy  *string
	Waiting    int64 // as [Integration.Waiting]
	Dead       int64
	Undecided  int64 // in doubt, or possible duplicates
	Testing    bool  // it is in test mode
	ledger.Still
	State ledger.ConnectionState
}

// Stands returns how many exports go no further before somebody does something: dead and undecided ones, and what waits for a company that
// may not send.
func (c CompanyLine) Stands() int64 {
	stands := c.Dead + c.Undecided
	if c.Held != nil {
		stands += c.Waiting
	}
	return stands
}

// companyLines reads every table once, however many companies there are; [WaitingOf] would look eight times for each.
const companyLines = `
	WITH due AS (
		SELECT e.org_id, count(*) AS n FROM ghexport.exports e WHERE e.due_at IS NOT NULL GROUP BY e.org_id -- exports_due
	), blocked AS (
		SELECT e.org_id, count(*) AS n FROM ghexport.exports e WHERE e.blocked_at IS NOT NULL AND e.state = 'pending' GROUP BY e.org_id -- exports_blocked
	), queued AS (
		SELECT e.org_id, count(*) AS n FROM ghexport.exports e WHERE e.job_id IS NOT NULL AND e.state = 'queued' GROUP BY e.org_id -- exports_in_flight
	), fresh AS (
		SELECT o.org_id, count(DISTINCT o.interview_id) AS n
		  FROM ghexport.outbox o
		 WHERE ` + eligibleMessage + ` AND ` + noTestMessage + `
		   AND NOT EXISTS (SELECT FROM ghexport.outbox n WHERE n.org_id = o.org_id AND n.interview_id = o.interview_id AND n.version > o.version)
		   AND NOT EXISTS (SELECT FROM ghexport.exports e
		                    WHERE e.org_id = o.org_id AND e.interview_id = o.interview_id
		                      AND (e.state NOT IN ('ineligible', 'duplicate', 'dead') OR e.version >= o.version))
		 GROUP BY o.org_id
	), look AS (
		SELECT e.org_id, count(*) FILTER (WHERE e.state = 'dead') AS dead, count(*) FILTER (WHERE e.state <> 'dead') AS undecided
		  FROM ghexport.exports e WHERE e.attention_at IS NOT NULL AND NOT ` + IsTestCandidate + ` GROUP BY e.org_id -- exports_attention
	), tests AS (
		SELECT t.org_id, count(*) AS n FROM ghexport.test_candidates t JOIN ghexport.exports e ON e.id = t.export_id
		 WHERE e.due_at IS NOT NULL OR e.state = 'queued' GROUP BY t.org_id
	), known AS (
		SELECT org_id FROM ghexport.integrations UNION SELECT org_id FROM due UNION SELECT org_id FROM blocked UNION SELECT org_id FROM queued
		UNION SELECT org_id FROM fresh UNION SELECT org_id FROM look
	)
	SELECT k.org_id, coalesce(i.enabled, false), i.switched_at, i.sealed_key IS NOT NULL, coalesce(i.tested_version = i.credential_version, false),
	       i.created_by, i.paused_at, i.decrypt_failed_at, i.hold_cause, i.last_good_at, ghexport.held_reason(i, c.stopped_at IS NOT NULL),
	       coalesce(d.n, 0) + coalesce(b.n, 0) + coalesce(q.n, 0) + coalesce(f.n, 0) - coalesce(t.n, 0), coalesce(l.dead, 0), coalesce(l.undecided, 0), i.test_since IS NOT NULL, ` + stillBudget + `
	  FROM known k
	 CROSS JOIN ghexport.control c
	  LEFT JOIN ghexport.integrations i ON i.org_id = k.org_id
	  LEFT JOIN due d ON d.org_id = k.org_id
	  LEFT JOIN blocked b ON b.org_id = k.org_id
	  LEFT JOIN queued q ON q.org_id = k.org_id
	  LEFT JOIN fresh f ON f.org_id = k.org_id
	  LEFT JOIN tests t ON t.org_id = k.org_id
	  LEFT JOIN look l ON l.org_id = k.org_id
	  LEFT JOIN LATERAL (SELECT ` + StandstillColumns + ` FROM ghexport.budgets b WHERE b.credential = i.key_digest) s (still_until, limited, limit_) ON true
	 ORDER BY k.org_id`

const stillBudget = "s.still_until, coalesce(s.limited, 0), coalesce(s.limit_, 0)"

// CompanyLines lists every company by name, those that nobody has connected and of which something waits or needs a look included. Its
// error is a [*TooSlowError] where it did not end in time.
func (s *Store) CompanyLines(ctx context.Context) (list []CompanyLine, err error) {
	err = s.Read(ctx, "list companies", func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, companyLines)
		if err != nil {
			return err
		}
		list, err = pgx.CollectRows(rows, scanCompanyLine)
		return err
	})
	return list, err
}

func scanCompanyLine(row pgx.CollectableRow) (c CompanyLine, err error) {
	var i Integration
	err = row.Scan(&c.OrgID, &i.Enabled, &i.SwitchedAt, &i.HasKey, &i.Tested, &i.CreatedBy, &i.PausedAt, &i.DecryptFailedAt, &i.HoldCause, &c.LastGoodAt,
		&i.Held, &c.Waiting, &c.Dead, &c.Undecided, &c.Testing, &c.StillUntil, &c.StillLimited, &c.StillLimit)
	c.Enabled, c.Held, c.CreatedBy, c.State = i.Enabled, i.Held, i.CreatedBy, i.connectionState()
	c.Refused = i.Enabled && (i.HoldCause != nil || i.DecryptFailedAt != nil)
	return c, err
}

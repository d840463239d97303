package query

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
)

// AuditEntry is one thing that a person did, or that a company's policy did in a person's place.
type AuditEntry struct {
	ID       int64           `json:"id"`
	At       time.Time       `json:"at"`
	Actor    string          `json:"actor"`
	Method   *string         `json:"method"` // how they had come in to the console; null for commands and the service
	From     *string         `json:"from"`   // null where an older version did not note it
	Action   ledger.Action   `json:"action"`
	OrgID    *string         `json:"org_id"`
	ExportID *int64          `json:"export_id"`
	Reason   *string         `json:"reason"`
	Detail   json.RawMessage `json:"detail"`
}

// AuditFilter narrows the trail; its zero value is everything.
type AuditFilter struct {
	Actor    string
	Action   ledger.Action
	Org      string
	ExportID int64
	Side     AuditSide
	Since    time.Time
	Until    time.Time // before this
	AfterID  int64     // only older entries than this one, for the next page
	Limit    int       // entries; 1,000 when zero
}

// AuditSide is whose acts: a company's own admins', or all others. It needs a company in the filter.
type AuditSide string

// The sides; "" is both.
const (
	AuditTheirs AuditSide = "theirs" // of the company's own admins
	AuditOurs   AuditSide = "ours"   // of ours, and of the service itself
)

// Who is the actor as people read it: with how they had come in, since two of one name may come by two ways.
func (e AuditEntry) Who() string {
	if e.Method == nil {
		return e.Actor
	}
	return e.Actor + " (" + *e.Method + ")"
}

// Their returns who of the company did it, as the company names them; false where it was none of theirs.
func (e AuditEntry) Their(org string) (name string, theirs bool) {
	return strings.CutSuffix(e.Actor, store.TheirActor("", org))
}

const auditPage = 1000

const AuditColumns = `
		SELECT a.id, a.at, a.actor, a.method, coalesce(a.origin, CASE WHEN a.actor = 'ghexport' THEN 'service' END), a.action, a.org_id, a.export_id, a.reason, a.detail
		  FROM ghexport.audit a`

// AuditTrail reads what people did, newest first. Its error is a [*store.TooSlowError] where what is asked for is too rare to be found in time.
func (r Reader) AuditTrail(ctx context.Context, f AuditFilter) ([]AuditEntry, error) {
	w := store.Where{}
	w.AddIf(f.Actor != "", "a.actor = %s", f.Actor)
	w.AddIf(f.Action != "", "a.action = %s", f.Action)
	w.AddIf(f.Org != "", "a.org_id = %s", f.Org)
	w.AddIf(f.ExportID != 0, "a.export_id = %s", f.ExportID)
	w.AddIf(f.Side == AuditTheirs, "right(a.actor, length(%[1]s::text)) = %[1]s", store.TheirActor("", f.Org))
	w.AddIf(f.Side == AuditOurs, "right(a.actor, length(%[1]s::text)) <> %[1]s", store.TheirActor("", f.Org))
	w.AddIf(!f.Since.IsZero(), "a.at >= %s", f.Since)
	w.AddIf(!f.Until.IsZero(), "a.at < %s", f.Until)
	w.AddIf(f.AfterID != 0, "a.id < %s", f.AfterID)
	limit := f.Limit
	if limit <= 0 {
		limit = auditPage
	}
	var entries []AuditEntry
	err := r.reads.Read(ctx, "read the audit trail", func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, AuditColumns+w.SQL()+`
		 ORDER BY a.id DESC
		 LIMIT `+w.Arg(limit), w.Args...)
		if err != nil {
			return err
		}
		entries, err = pgx.CollectRows(rows, pgx.RowToStructByPos[AuditEntry])
		return err
	})
	return entries, err
}

// AuditActions are the acts that were ever recorded, by name: of one company, or with an empty org of all.
func (r Reader) AuditActions(ctx context.Context, org string) ([]string, error) {
	query, args := everyAction, []any{}
	if org != "" {
		query, args = "SELECT DISTINCT a.action FROM ghexport.audit a WHERE a.org_id = $1 ORDER BY a.action", []any{org} // audit_by_org
	}
	rows, err := r.reads.Query(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("list what people did: %w", err)
	}
	actions, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, fmt.Errorf("list what people did: %w", err)
	}
	return actions, nil
}

// everyAction takes a step of audit_by_action for each act, whatever the number of entries.
const everyAction = `
	WITH RECURSIVE found AS (
		(SELECT a.action FROM ghexport.audit a ORDER BY a.action LIMIT 1)
		 UNION ALL
		SELECT (SELECT a.action FROM ghexport.audit a WHERE a.action > f.action ORDER BY a.action LIMIT 1)
		  FROM found f
		 WHERE f.action IS NOT NULL
	)
	SELECT action FROM found WHERE action IS NOT NULL`

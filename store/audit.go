package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// By says who does something, why, in their own words, and where from. Actor must not be empty.
type By struct {
	Actor  string
	Reason string
	From   string // the client's address for the console, host/user for a command, [FromService] for what nobody asked for
}

// FromService is where the service's own acts come from, such as what a company's policy decides in a person's place.
const FromService = "service"

// AuditEntry is one thing that a person did, or that a company's policy did in a person's place.
type AuditEntry struct {
	ID       int64           `json:"id"`
	At       time.Time       `json:"at"`
	Actor    string          `json:"actor"`
	From     *string         `json:"from"` // null where an older version did not note it
	Action   string          `json:"action"`
	OrgID    *string         `json:"org_id"`
	ExportID *int64          `json:"export_id"`
	Reason   *string         `json:"reason"`
	Detail   json.RawMessage `json:"detail"`
}

// AuditFilter narrows the trail; its zero value is everything.
type AuditFilter struct {
	Actor    string
	Action   string
	Org      string
	ExportID int64
	Since    time.Time
	AfterID  int64 // only older entries than this one, for the next page
	Limit    int   // entries; 1,000 when zero
}

const auditPage = 1000

const auditColumns = `
		SELECT a.id, a.at, a.actor, coalesce(a.origin, CASE WHEN a.actor = 'ghexport' THEN 'service' END), a.action, a.org_id, a.export_id, a.reason, a.detail
		  FROM ghexport.audit a`

// AuditTrail reads what people did, newest first.
func (s *Store) AuditTrail(ctx context.Context, f AuditFilter) ([]AuditEntry, error) {
	w := where{}
	w.addIf(f.Actor != "", "a.actor = %s", f.Actor)
	w.addIf(f.Action != "", "a.action = %s", f.Action)
	w.addIf(f.Org != "", "a.org_id = %s", f.Org)
	w.addIf(f.ExportID != 0, "a.export_id = %s", f.ExportID)
	w.addIf(!f.Since.IsZero(), "a.at >= %s", f.Since)
	w.addIf(f.AfterID != 0, "a.id < %s", f.AfterID)
	limit := f.Limit
	if limit <= 0 {
		limit = auditPage
	}
	rows, err := s.Pool.Query(ctx, auditColumns+w.sql()+`
		 ORDER BY a.id DESC
		 LIMIT `+w.arg(limit), w.args...)
	if err != nil {
		return nil, fmt.Errorf("read the audit trail: %w", err)
	}
	entries, err := pgx.CollectRows(rows, pgx.RowToStructByPos[AuditEntry])
	if err != nil {
		return nil, fmt.Errorf("read the audit trail: %w", err)
	}
	return entries, nil
}

var errNoActor = errors.New("nobody is named as who does it")

// addAudit records in tx that somebody did something to a company, or with an empty org to the whole service. Detail must hold no
// secret and no personal data; nil is none.
func addAudit(ctx context.Context, tx pgx.Tx, by By, action, org string, detail map[string]any) error {
	if by.Actor == "" {
		return errNoActor
	}
	if detail == nil {
		detail = map[string]any{}
	}
	_, err := tx.Exec(ctx, `
		INSERT INTO ghexport.audit (actor, origin, action, org_id, reason, detail)
		VALUES ($1, nullif($2, ''), $3, nullif($4, ''), nullif($5, ''), $6)`,
		Clean(by.Actor, detailCap), Clean(by.From, detailCap), action, org, Clean(by.Reason, detailCap), detail)
	if err != nil {
		return fmt.Errorf("write the audit trail: %w", err)
	}
	return nil
}

// auditExports records in tx that somebody did the same thing to each of these exports.
func auditExports(ctx context.Context, tx pgx.Tx, by By, action string, ids []int64, detail map[string]any) error {
	if by.Actor == "" {
		return errNoActor
	}
	if detail == nil {
		detail = map[string]any{}
	}
	_, err := tx.Exec(ctx, `
		INSERT INTO ghexport.audit (actor, origin, action, org_id, export_id, reason, detail)
		SELECT $1, nullif($2, ''), $3, e.org_id, e.id, nullif($4, ''), $5
		  FROM ghexport.exports e
		 WHERE e.id = ANY ($6)
		 ORDER BY e.id`, Clean(by.Actor, detailCap), Clean(by.From, detailCap), action, Clean(by.Reason, detailCap), detail, ids)
	if err != nil {
		return fmt.Errorf("write the audit trail: %w", err)
	}
	return nil
}

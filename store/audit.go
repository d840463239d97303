package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/interviewing-io/greenhouse-export/ledger"
)

// By says who does something, why, in their own words, and where from. Actor must not be empty.
type By struct {
	Actor  string
	Reason string
	Method string // how they came in to the console: password, sso with the provider's address, link; empty for commands
	From   string // the client's address for the console, host/user for a command, [FromService] for what nobody asked for
}

// FromService is where the service's own acts come from, such as what a company's policy decides in a person's place.
const FromService = "service"

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

// TheirActor is how the trail names a company's own admin. The company names them itself, so theirs never reads like one of ours.
func TheirActor(name, org string) string { return name + " of " + org }

// Who is the actor as people read it: with how they had come in, since two of one name may come by two ways.
func (e AuditEntry) Who() string {
	if e.Method == nil {
		return e.Actor
	}
	return e.Actor + " (" + *e.Method + ")"
}

// Their returns who of the company did it, as the company names them; false where it was none of theirs.
func (e AuditEntry) Their(org string) (name string, theirs bool) {
	return strings.CutSuffix(e.Actor, TheirActor("", org))
}

const auditPage = 1000

const auditColumns = `
		SELECT a.id, a.at, a.actor, a.method, coalesce(a.origin, CASE WHEN a.actor = 'ghexport' THEN 'service' END), a.action, a.org_id, a.export_id, a.reason, a.detail
		  FROM ghexport.audit a`

// AuditTrail reads what people did, newest first. Its error is a [*TooSlowError] where what is asked for is too rare to be found in time.
func (s *Store) AuditTrail(ctx context.Context, f AuditFilter) ([]AuditEntry, error) {
	w := Where{}
	w.AddIf(f.Actor != "", "a.actor = %s", f.Actor)
	w.AddIf(f.Action != "", "a.action = %s", f.Action)
	w.AddIf(f.Org != "", "a.org_id = %s", f.Org)
	w.AddIf(f.ExportID != 0, "a.export_id = %s", f.ExportID)
	w.AddIf(f.Side == AuditTheirs, "right(a.actor, length(%[1]s::text)) = %[1]s", TheirActor("", f.Org))
	w.AddIf(f.Side == AuditOurs, "right(a.actor, length(%[1]s::text)) <> %[1]s", TheirActor("", f.Org))
	w.AddIf(!f.Since.IsZero(), "a.at >= %s", f.Since)
	w.AddIf(!f.Until.IsZero(), "a.at < %s", f.Until)
	w.AddIf(f.AfterID != 0, "a.id < %s", f.AfterID)
	limit := f.Limit
	if limit <= 0 {
		limit = auditPage
	}
	var entries []AuditEntry
	err := s.Read(ctx, "read the audit trail", func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, auditColumns+w.SQL()+`
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
func (s *Store) AuditActions(ctx context.Context, org string) ([]string, error) {
	query, args := everyAction, []any{}
	if org != "" {
		query, args = "SELECT DISTINCT a.action FROM ghexport.audit a WHERE a.org_id = $1 ORDER BY a.action", []any{org} // audit_by_org
	}
	rows, err := s.Pool.Query(ctx, query, args...)
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

// AuditLogin records that somebody of ours logged in. Companies' admins come by links, which are recorded by themselves.
func (s *Store) AuditLogin(ctx context.Context, by By) error {
	return s.InTx(ctx, "record a login", func(tx pgx.Tx) error { return AddAudit(ctx, tx, by, ledger.ActionLogIn, "", nil) })
}

var ErrNoActor = errors.New("nobody is named as who does it")

// AddAudit records in tx that somebody did something to a company, or with an empty org to the whole service. Detail must hold no
// secret and no personal data; nil is none.
func AddAudit(ctx context.Context, tx pgx.Tx, by By, action ledger.Action, org string, detail map[string]any) error {
	if by.Actor == "" {
		return ErrNoActor
	}
	if detail == nil {
		detail = map[string]any{}
	}
	_, err := tx.Exec(ctx, `
		INSERT INTO ghexport.audit (actor, origin, action, org_id, reason, detail, method)
		VALUES ($1, nullif($2, ''), $3, nullif($4, ''), nullif($5, ''), $6, nullif($7, ''))`,
		ledger.Clean(by.Actor, DetailCap), ledger.Clean(by.From, DetailCap), action, org, ledger.Clean(by.Reason, DetailCap), detail, ledger.Clean(by.Method, DetailCap))
	if err != nil {
		return fmt.Errorf("write the audit trail: %w", err)
	}
	return nil
}

// auditExports records in tx that somebody did the same thing to each of these exports.
func auditExports(ctx context.Context, tx pgx.Tx, by By, action ledger.Action, ids []int64, detail map[string]any) error {
	if by.Actor == "" {
		return ErrNoActor
	}
	if detail == nil {
		detail = map[string]any{}
	}
	_, err := tx.Exec(ctx, `
		INSERT INTO ghexport.audit (actor, origin, action, org_id, export_id, reason, detail, method)
		SELECT $1, nullif($2, ''), $3, e.org_id, e.id, nullif($4, ''), $5, nullif($7, '')
		  FROM ghexport.exports e
		 WHERE e.id = ANY ($6)
		 ORDER BY e.id`, ledger.Clean(by.Actor, DetailCap), ledger.Clean(by.From, DetailCap), action, ledger.Clean(by.Reason, DetailCap), detail, ids,
		ledger.Clean(by.Method, DetailCap))
	if err != nil {
		return fmt.Errorf("write the audit trail: %w", err)
	}
	return nil
}

package store

import (
	"context"
	"errors"
	"fmt"

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

// FromService names where the service's own acts come from, such as what a company's policy decides in a person's place.
const FromService = "service"

// TheirActor returns how the trail names a company's own admin. The company names them itself, so theirs never reads like one of ours.
func TheirActor(name, org string) string { return name + " of " + org }

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

// AuditExports records in tx that somebody did the same thing to each of these exports.
func AuditExports(ctx context.Context, tx pgx.Tx, by By, action ledger.Action, ids []int64, detail map[string]any) error {
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

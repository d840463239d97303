package query

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
)

// Hold is one stretch of time in which Greenhouse refused a company, or its key did not open. It begins and ends in the transaction
// that holds and releases the company; no two of one company overlap.
type Hold struct {
	ID                int64        `json:"id"`
	OrgID             string       `json:"org_id"`
	Cause             ledger.Cause `json:"cause"`  // the newest: what began as a 401 may go on as a 403
	Detail            *string      `json:"detail"` // Greenhouse's words, the newest
	CredentialVersion int64        `json:"credential_version"`
	KeyLast5          *string      `json:"key_last5"`
	CreatedBy         *string      `json:"created_by"`
	GoodUntil         *time.Time   `json:"good_until"` // when Greenhouse had last accepted the company before; null when never
	Since             time.Time    `json:"since"`
	Until             *time.Time   `json:"until"` // null while it lasts
	Ended             *HoldEnd     `json:"ended"`
	Refused           int          `json:"refused"` // exports refused in it
	Probes            int          `json:"probes"`
}

// HoldEnd names what ended a hold.
type HoldEnd string

// The ends. Only after the first is it known that the company works again.
const (
	HoldAccepted HoldEnd = "accepted" // Greenhouse takes the credential, the same or a new one
	HoldResumed  HoldEnd = "resumed"  // a person let it go on
	HoldReplaced HoldEnd = "replaced" // another credential was saved without a test
)

// HoldFilter narrows the history; its zero value is everything.
type HoldFilter struct {
	Org      string
	Open     bool      // only what lasts
	Since    time.Time // only what began then or later
	BeforeID int64     // only older ones than this, for the next page
	Limit    int       // 100 when zero
}

const holdPage = 100

// Holds reads what companies were held for, newest first. The trigger track_hold on integrations writes it.
func (r Reader) Holds(ctx context.Context, f HoldFilter) ([]Hold, error) {
	w := store.Where{}
	w.AddIf(f.Org != "", "h.org_id = %s", f.Org) // holds_by_org
	w.AddIf(!f.Since.IsZero(), "h.since >= %s", f.Since)
	w.AddIf(f.BeforeID != 0, "h.id < %s", f.BeforeID)
	w.AddIf(f.Open, "h.until IS NULL") // holds_open
	limit := f.Limit
	if limit <= 0 {
		limit = holdPage
	}
	rows, err := r.reads.Query(ctx, `
		SELECT h.id, h.org_id, h.cause, h.detail, h.credential_version, h.key_last5, h.created_by, h.good_until, h.since, h.until,
		       h.ended, h.refused, h.probes
		  FROM ghexport.holds h`+w.SQL()+`
		 ORDER BY h.id DESC
		 LIMIT `+w.Arg(limit), w.Args...)
	if err != nil {
		return nil, fmt.Errorf("read holds: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Hold])
	if err != nil {
		return nil, fmt.Errorf("read holds: %w", err)
	}
	return list, nil
}

package search

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
)

// lookedLately is for how long the same list, shown to the same person again, is the same look.
const lookedLately = "1 hour"

// RecordList records that a company's admin was shown, or took away as a file, a list that says whom its exports are about: one entry a
// list, and none where the same was shown to them within the hour. Show nothing when it fails.
func (s Store) RecordList(ctx context.Context, org, what string, exports []int64, by store.By) error {
	if by.Actor == "" {
		return store.ErrNoActor
	}
	return s.InTx(ctx, "record a look", func(tx pgx.Tx) error {
		var known bool
		detail := map[string]any{"shown": what, "exports": append([]int64{}, exports...)}
		err := tx.QueryRow(ctx, `
			SELECT EXISTS (SELECT FROM ghexport.audit a -- audit_by_actor
			                WHERE a.actor = $1 AND a.action = $2 AND a.org_id = $3 AND a.detail = $4
			                  AND a.at > clock_timestamp() - interval '`+lookedLately+`')`,
			ledger.Clean(by.Actor, store.DetailCap), ledger.ActionReveal, org, detail).Scan(&known)
		if err != nil || known {
			return err
		}
		if err := store.AddAudit(ctx, tx, by, ledger.ActionReveal, org, detail); err != nil {
			return fmt.Errorf("record it: %w", err)
		}
		return nil
	})
}

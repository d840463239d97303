package store

import (
	"context"
	"crypto/sha256"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/interviewing-io/greenhouse-export/ledger"
)

// linkGrace is how long after its expiry a link is remembered as opened: another node's clock may be behind.
const linkGrace = time.Hour

// OpenLink uses a link of a company's up, by its digest, and records who came in; false says that it was used before. The moments are
// the caller's. It deletes what has expired.
func (s *Store) OpenLink(ctx context.Context, digest [sha256.Size]byte, by By, org string, now, expires time.Time) (opened bool, err error) {
	err = s.InTx(ctx, "open a link", func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, "DELETE FROM ghexport.console_links WHERE expires_at < $1", now.Add(-linkGrace)); err != nil {
			return err
		}
		done, err := tx.Exec(ctx, `
			INSERT INTO ghexport.console_links (digest, org_id, opened_at, expires_at) VALUES ($1, $2, $3, $4)
			ON CONFLICT (digest) DO NOTHING`, digest[:], org, now, expires)
		if err != nil {
			return err
		}
		if opened = done.RowsAffected() == 1; !opened {
			return nil
		}
		return AddAudit(ctx, tx, by, ledger.ActionEnter, org, nil)
	})
	return opened, err
}

// AuditLink records that a link into the console was made for somebody of a company. Made links are remembered nowhere else.
func (s *Store) AuditLink(ctx context.Context, by By, org, who string, expires time.Time) error {
	return s.InTx(ctx, "org link", func(tx pgx.Tx) error {
		return AddAudit(ctx, tx, by, ledger.ActionOrgLink, org, map[string]any{"for": ledger.Clean(who, DetailCap), "expires_at": expires})
	})
}

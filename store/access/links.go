package access

import (
	"context"
	"crypto/sha256"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
)

// linkGrace sets how long after its expiry a link is remembered as opened: another node's clock may be behind.
const linkGrace = time.Hour

// MadeLink is a link into the console that was made here and that nobody has opened. The link itself is with whoever it was given to.
type MadeLink struct {
	OrgID     string    `json:"org_id"`
	Who       string    `json:"for"`
	Role      string    `json:"role"` // as what it lets them in: company or recruiter
	MadeBy    string    `json:"made_by"`
	MadeAt    time.Time `json:"made_at"`
	ExpiresAt time.Time `json:"expires_at"`
}

// RecordLink records that a link into the console was made for somebody of a company, by its digest: in the audit trail, and among
// those that [Store.EndSessions] ends. Hand nobody a link for which it failed.
func (s Store) RecordLink(ctx context.Context, digest [sha256.Size]byte, by store.By, link MadeLink) error {
	who := ledger.Clean(link.Who, store.DetailCap)
	return s.InTx(ctx, "record a link", func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `
			WITH over AS (
				DELETE FROM ghexport.made_links WHERE expires_at <= $5 -- made_links_by_expiry
			)
			INSERT INTO ghexport.made_links (digest, org_id, who, made_by, made_at, expires_at, role) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
			digest[:], link.OrgID, who, ledger.Clean(link.MadeBy, store.DetailCap), link.MadeAt, link.ExpiresAt, link.Role)
		if err != nil {
			return err
		}
		return store.AddAudit(ctx, tx, by, ledger.ActionOrgLink, link.OrgID, map[string]any{"for": who, "as": link.Role, "expires_at": link.ExpiresAt})
	})
}

// OpenLink uses a link of a company's up, by its digest, and records who came in, and as what; false says that it was used or ended before. The
// moments are the caller's. It deletes what has expired.
func (s Store) OpenLink(ctx context.Context, digest [sha256.Size]byte, by store.By, org, role string, now, expires time.Time) (opened bool, err error) {
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
		if _, err := tx.Exec(ctx, "DELETE FROM ghexport.made_links WHERE digest = $1", digest[:]); err != nil {
			return err
		}
		return store.AddAudit(ctx, tx, by, ledger.ActionEnter, org, map[string]any{"as": role})
	})
	return opened, err
}

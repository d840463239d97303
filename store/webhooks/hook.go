package webhooks

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/seal"
	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/store/keyring"
)

// HookOverlap is for how long a company's secret before still counts, since each of its webhooks has to be given the new one by hand.
const Overlap = 7 * 24 * time.Hour

// Hook describes how a company's Greenhouse tells us what happens there, without its secret.
type Hook struct {
	OrgID        string     `json:"org_id"`
	MadeAt       time.Time  `json:"made_at"`
	MadeBy       string     `json:"made_by"`
	BeforeUntil  *time.Time `json:"before_until"` // until when the secret before counts, too; null when it does not
	PingAt       *time.Time `json:"ping_at"`
	LastAt       *time.Time `json:"last_at"`
	LastAction   *string    `json:"last_action"`
	RefusedAt    *time.Time `json:"refused_at"` // when something last came under a wrong signature
	Refused      int64      `json:"refused"`
	Unused       int64      `json:"unused"` // events of kinds that nothing is done about
	UnusedAction *string    `json:"unused_action"`
	Waiting      int64      `json:"waiting"` // events that are not worked off
}

// Hook reads how a company's webhooks stand, or returns [store.ErrNotFound] where it has no secret.
func (s Store) Hook(ctx context.Context, org string) (Hook, error) {
	rows, err := s.Pool.Query(ctx, `
		SELECT h.org_id, h.made_at, h.made_by, CASE WHEN h.before_until > clock_timestamp() THEN h.before_until END, h.ping_at, h.last_at,
		       h.last_action, h.refused_at, h.refused, h.unused, h.unused_action,
		       (SELECT count(*) FROM ghexport.hook_events e WHERE e.org_id = h.org_id AND e.due_at IS NOT NULL) -- hook_events_due
		  FROM ghexport.hooks h
		 WHERE h.org_id = $1`, org)
	if err != nil {
		return Hook{}, fmt.Errorf("read the webhook of %q: %w", org, err)
	}
	h, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByPos[Hook])
	if err != nil {
		return h, fmt.Errorf("webhook of %q: %w", org, store.NotFound(err))
	}
	return h, nil
}

// Secret is a company's sealed secret, and the one before while that counts.
type Secret struct{ Sealed, Before []byte }

// Secret reads what a company's Greenhouse signs with, or returns [store.ErrNotFound].
func (s Store) Secret(ctx context.Context, org string) (Secret, error) {
	var h Secret
	err := s.Pool.QueryRow(ctx, `
		SELECT sealed_secret, CASE WHEN before_until > clock_timestamp() THEN sealed_before END FROM ghexport.hooks WHERE org_id = $1`, org).
		Scan(&h.Sealed, &h.Before)
	if err != nil {
		return h, fmt.Errorf("secret of the webhook of %q: %w", org, store.NotFound(err))
	}
	return h, nil
}

// ErrHookMade refuses to make a company's first secret where it has one: rotate that.
var ErrHookMade = errors.New("the company has a webhook's secret already")

// MakeHook keeps a company's first secret, and returns [ErrHookMade] where there is one. One transaction, recorded in the audit trail.
func (s Store) MakeHook(ctx context.Context, k *seal.Keyset, org, secret string, by store.By) error {
	return s.keepHook(ctx, k, org, secret, by, `
		INSERT INTO ghexport.hooks (org_id, sealed_secret, made_by) VALUES ($1, $2, $3)
		ON CONFLICT (org_id) DO NOTHING`, ErrHookMade, map[string]any{"made": true})
}

// RotateHook puts another secret in the place of a company's; the one before counts for [Overlap] more, or no longer when it is
// to end now. It returns [store.ErrNotFound] where there is none. One transaction, recorded in the audit trail.
func (s Store) RotateHook(ctx context.Context, k *seal.Keyset, org, secret string, endNow bool, by store.By) error {
	if endNow {
		return s.keepHook(ctx, k, org, secret, by, `
			UPDATE ghexport.hooks
			   SET sealed_secret = $2, made_by = $3, made_at = clock_timestamp(), sealed_before = NULL, before_until = NULL,
			       refused = 0, refused_at = NULL
			 WHERE org_id = $1`, store.ErrNotFound, map[string]any{"rotated": true, "before": "ended"})
	}
	return s.keepHook(ctx, k, org, secret, by, `
		UPDATE ghexport.hooks
		   SET sealed_secret = $2, made_by = $3, made_at = clock_timestamp(), sealed_before = sealed_secret,
		       before_until = clock_timestamp() + $4::interval, refused = 0, refused_at = NULL
		 WHERE org_id = $1`, store.ErrNotFound, map[string]any{"rotated": true, "before": Overlap.String()}, Overlap)
}

func (s Store) keepHook(ctx context.Context, k *seal.Keyset, org, secret string, by store.By, statement string, none error, detail map[string]any, more ...any) error {
	sealed, err := keyring.In(s.Store).Seal(ctx, k, seal.HookOrg(org), []byte(secret))
	if err != nil {
		return err
	}
	err = s.InTx(ctx, "keep a webhook's secret", func(tx pgx.Tx) error {
		done, err := tx.Exec(ctx, statement, append([]any{org, sealed, ledger.Clean(by.Actor, store.DetailCap)}, more...)...)
		if err != nil {
			return err
		}
		if done.RowsAffected() == 0 {
			return none
		}
		return store.AddAudit(ctx, tx, by, ledger.ActionOrgWebhook, org, detail)
	})
	if errors.Is(err, none) {
		return none
	}
	return err
}

// HookRefused counts what came for a company under a wrong signature.
func (s Store) HookRefused(ctx context.Context, org string) error {
	_, err := s.Pool.Exec(ctx, "UPDATE ghexport.hooks SET refused = refused + 1, refused_at = clock_timestamp() WHERE org_id = $1", org)
	if err != nil {
		return fmt.Errorf("count a wrong signature: %w", err)
	}
	return nil
}

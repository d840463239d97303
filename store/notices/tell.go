package notices

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
)

// news holds what one notice would say, and to whom.
type news struct {
	Kind      Kind
	Key       string
	OrgID     *string
	HoldID    *int64
	Cause     *ledger.Cause
	Since     time.Time
	Days      int
	Waiting   int64
	Unknown   int64
	Duplicate int64
	Companies []string
	To        []string // addresses
	Hook      bool     // the webhook, too
}

// tell writes what has not been told yet.
func (w noticeSweep) tell(ctx context.Context) error {
	for _, query := range []string{tellRefused, tellUndecided, tellUnreadable} {
		rows, err := w.tx.Query(ctx, query, w.rules.Grace)
		if err != nil {
			return fmt.Errorf("look for what to tell: %w", err)
		}
		found, err := pgx.CollectRows(rows, pgx.RowToStructByPos[news])
		if err != nil {
			return fmt.Errorf("look for what to tell: %w", err)
		}
		for _, f := range found {
			if f.Kind == KeyUnreadable {
				f.To = w.rules.AlertTo
				w.swept.Unreadable = append(w.swept.Unreadable, *f.OrgID)
			}
			if err := w.write(ctx, f); err != nil {
				return err
			}
		}
	}
	return nil
}

// tellRefused finds open holds that nobody was told of, and those of which it is time to tell again: once a day, counted from when the
// hold began, and never within hours of another notice of it. Companies that are off, or that we have stopped, are left alone.
const tellRefused = `
	WITH refused AS (
		SELECT h.id, h.org_id, h.cause, h.since, floor(extract(epoch FROM clock_timestamp() - h.since) / 86400)::integer AS days,
		       ` + toldOf + ` AS addresses, i.notice_webhook AS hooked,
		       EXISTS (SELECT FROM ghexport.notices n WHERE n.key = 'broken/' || h.id) AS known -- notices_once
		  FROM ghexport.holds h -- holds_open
		  JOIN ghexport.integrations i ON i.org_id = h.org_id
		 CROSS JOIN ghexport.control c
		 WHERE h.until IS NULL AND h.cause IN ('auth.rejected', 'permission.denied', 'refusing')
		   AND h.since <= statement_timestamp() - $1::interval
		   AND ghexport.held_reason(i, c.stopped_at IS NOT NULL) = h.cause
	)
	SELECT CASE WHEN r.known THEN 'still_broken' ELSE 'broken' END,
	       CASE WHEN r.known THEN 'still_broken/' || r.id || '/' || r.days ELSE 'broken/' || r.id END,
	       r.org_id, r.id, r.cause, r.since, r.days, w.waiting, 0::bigint, 0::bigint, '{}'::text[], r.addresses, r.hooked
	  FROM refused r
	 CROSS JOIN LATERAL (SELECT ` + store.WaitingOf + ` AS waiting FROM (SELECT r.org_id) i) w
	 WHERE NOT r.known
	    OR r.days >= 1
	       AND NOT EXISTS (SELECT FROM ghexport.notices n -- notices_by_hold
	                        WHERE n.hold_id = r.id
	                          AND (n.state IN ('waiting', 'sending', 'suppressed') OR n.told_from > clock_timestamp() - interval '20 hours'
	                               OR n.kind = 'still_broken' AND n.days = r.days))
	 ORDER BY r.id`

// tellUndecided finds companies for which exports wait for a decision: at once those of which all that an earlier notice told of has
// been decided, else once a day.
const tellUndecided = `
	WITH undecided AS (
		SELECT e.org_id, min(e.attention_at) AS oldest, count(*) FILTER (WHERE e.state = 'unknown') AS unknown,
		       count(*) FILTER (WHERE e.state = 'duplicate') AS duplicate
		  FROM ghexport.exports e
		 WHERE e.attention_at IS NOT NULL -- exports_attention
		   AND e.state IN ('unknown', 'duplicate') AND NOT ` + store.IsTestCandidate + `
		 GROUP BY e.org_id
	)
	SELECT 'needs_decision', 'needs_decision/' || u.org_id || '/' || extract(epoch FROM u.oldest) || '/' || d.days,
	       u.org_id, NULL::bigint, NULL, u.oldest, d.days, 0::bigint, u.unknown, u.duplicate, '{}'::text[], ` + toldOf + `, i.notice_webhook
	  FROM undecided u
	  JOIN ghexport.integrations i ON i.org_id = u.org_id
	 CROSS JOIN ghexport.control c
	 CROSS JOIN LATERAL (SELECT floor(extract(epoch FROM clock_timestamp() - u.oldest) / 86400)::integer AS days) d
	 WHERE u.oldest <= clock_timestamp() - $1::interval
	   AND i.enabled AND i.paused_at IS NULL AND c.stopped_at IS NULL
	   AND NOT EXISTS (SELECT FROM ghexport.notices n -- notices_by_org
	                    WHERE n.org_id = u.org_id AND n.kind = 'needs_decision'
	                      AND n.created_at >= u.oldest AND n.created_at > statement_timestamp() - interval '1 day')
	 ORDER BY u.org_id`

// tellUnreadable finds companies whose key does not open: that is our trouble, and one of us must look.
const tellUnreadable = `
	SELECT 'key_unreadable', 'key_unreadable/' || h.id, h.org_id, h.id, h.cause, h.since, 0, w.waiting, 0::bigint, 0::bigint, '{}'::text[],
	       '{}'::text[], true
	  FROM ghexport.holds h -- holds_open
	 CROSS JOIN LATERAL (SELECT ` + store.WaitingOf + ` AS waiting FROM (SELECT h.org_id) i) w
	 WHERE h.until IS NULL AND h.cause = 'decrypt.failed'
	   AND h.since <= statement_timestamp() - $1::interval
	   AND NOT EXISTS (SELECT FROM ghexport.notices n WHERE n.key = 'key_unreadable/' || h.id) -- notices_once
	 ORDER BY h.id`

// tellAgain writes that companies work again, to whoever was told that they did not, and to nobody else. It waits for what else keeps
// the company from sending, and with a wave of refusals, until that is over. How many were let go the trigger count_released on holds has
// counted when the hold ended.
func (w noticeSweep) tellAgain(ctx context.Context) error {
	done, err := w.tx.Exec(ctx, `
		INSERT INTO ghexport.notices (key, kind, org_id, hold_id, cause, since, days, waiting, channel, recipient, state, due_at)
		SELECT DISTINCT 'works_again/' || h.id, 'works_again', h.org_id, h.id, h.cause, h.until,
		       floor(extract(epoch FROM h.until - h.since) / 86400)::integer, coalesce(h.waiting, 0), n.channel, n.recipient, 'waiting',
		       clock_timestamp()
		  FROM ghexport.holds h -- holds_by_until
		  JOIN ghexport.integrations i ON i.org_id = h.org_id
		 CROSS JOIN ghexport.control c
		  JOIN ghexport.notices n ON n.hold_id = h.id AND n.kind IN ('broken', 'still_broken') AND n.state = 'sent' -- notices_by_hold
		 WHERE h.until > statement_timestamp() - interval '1 day' AND h.ended = 'accepted'
		   AND ghexport.held_reason(i, c.stopped_at IS NOT NULL) IS NULL
		   AND NOT EXISTS (SELECT FROM ghexport.waves v WHERE v.ended_at IS NULL AND h.since >= v.began_at) -- waves_open
		   AND NOT EXISTS (SELECT FROM ghexport.notices a WHERE a.key = 'works_again/' || h.id) -- notices_once
		ON CONFLICT ON CONSTRAINT notices_once DO NOTHING`)
	if err != nil {
		return fmt.Errorf("tell what works again: %w", err)
	}
	w.swept.Written += int(done.RowsAffected())
	return nil
}

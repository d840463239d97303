package notices

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
)

const (
	noticeClaim    = time.Minute     // how long a notice that was handed out is left alone
	noticeDeadline = 2 * time.Minute // after which an attempt of which nothing was heard is made again
	noticePatience = 24 * time.Hour  // for how long a notice is tried: then the next one tells more
)

// toldOf are the addresses that company i named, but for that of its "Created by" user, which need not have an inbox.
const toldOf = `ARRAY(SELECT a FROM unnest(i.notice_emails) AS a WHERE lower(a) <> lower(coalesce(i.created_by, '')) ORDER BY a)`

// timely is true while what notice n tells is so.
const timely = `
	CASE WHEN n.kind IN ('broken', 'still_broken', 'key_unreadable')
	     THEN EXISTS (SELECT FROM ghexport.holds h WHERE h.id = n.hold_id AND h.until IS NULL)
	     WHEN n.kind = 'works_again'
	     THEN NOT EXISTS (SELECT FROM ghexport.holds h WHERE h.org_id = n.org_id AND h.until IS NULL) -- holds_open
	     WHEN n.kind = 'needs_decision'
	     THEN EXISTS (SELECT FROM ghexport.exports e -- exports_attention
	                   WHERE e.attention_at IS NOT NULL AND e.org_id = n.org_id AND e.state IN ('unknown', 'duplicate'))
	     ELSE true END`

// addressed is true while notice n goes to whom it is meant for: a company may change its mind, and its "Created by" user.
const addressed = `
	(n.channel <> 'mail' OR n.kind IN ('refusals', 'key_unreadable')
	 OR EXISTS (SELECT FROM ghexport.integrations i WHERE i.org_id = n.org_id AND n.recipient = ANY (` + toldOf + `)))`

// tellable is true while notice n may leave: not to a company that is off or that we have stopped. What became of candidates is told all
// the same.
const tellable = `
	(n.kind IN ('refusals', 'key_unreadable', 'candidates_moved')
	 OR EXISTS (SELECT FROM ghexport.integrations i CROSS JOIN ghexport.control c
	             WHERE i.org_id = n.org_id AND i.enabled AND i.paused_at IS NULL AND c.stopped_at IS NULL))`

// lapse ends what is over before it was told.
func (w noticeSweep) lapse(ctx context.Context) error {
	_, err := w.tx.Exec(ctx, `
		UPDATE ghexport.notices n
		   SET state = 'lapsed', due_at = NULL,
		       detail = CASE WHEN `+timely+` THEN 'that address is not among those who get notices' ELSE 'over before it was told' END
		 WHERE n.due_at IS NOT NULL -- notices_due
		   AND NOT (`+timely+` AND `+addressed+`)`)
	if err != nil {
		return fmt.Errorf("end what is over: %w", err)
	}
	return nil
}

// DueNotice is a notice that is to be sent now.
type DueNotice struct {
	ID    int64
	OrgID string
}

// Due claims notices for a minute, so that no two nodes hand one out, and commits. One that is lost after that is due again.
func (s Store) Due(ctx context.Context, limit int) ([]DueNotice, error) {
	rows, err := s.Pool.Query(ctx, `
		WITH due AS (
			SELECT n.id
			  FROM ghexport.notices n
			 WHERE n.due_at <= statement_timestamp() -- notices_due
			   AND `+tellable+`
			 ORDER BY n.due_at
			 LIMIT $1
			   FOR NO KEY UPDATE OF n SKIP LOCKED
		)
		UPDATE ghexport.notices n
		   SET due_at = clock_timestamp() + $2::interval
		  FROM due
		 WHERE n.id = due.id
		RETURNING n.id, coalesce(n.org_id, '')`, limit, noticeClaim)
	if err != nil {
		return nil, fmt.Errorf("claim notices: %w", err)
	}
	due, err := pgx.CollectRows(rows, pgx.RowToStructByPos[DueNotice])
	if err != nil {
		return nil, fmt.Errorf("claim notices: %w", err)
	}
	return due, nil
}

// Intend commits that a notice is about to be sent, under the attempt's token, and returns it. It returns [store.ErrNotGranted] where
// it is not waiting, is over, or may not leave now. End it with [Store.Settle]; an attempt of which nothing is heard is repeated.
func (s Store) Intend(ctx context.Context, id int64, token uuid.UUID) (Notice, error) {
	rows, err := s.Pool.Query(ctx, `
		UPDATE ghexport.notices n
		   SET state = 'sending', due_at = NULL, attempt = $2, attempts = n.attempts + 1, deadline = clock_timestamp() + $3::interval
		 WHERE n.id = $1 AND n.state = 'waiting'
		   AND `+timely+` AND `+addressed+` AND `+tellable+`
		RETURNING`+noticeColumns, id, token, noticeDeadline)
	if err != nil {
		return Notice{}, fmt.Errorf("take notice %d: %w", id, err)
	}
	n, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByPos[Notice])
	if errors.Is(err, pgx.ErrNoRows) {
		return n, store.ErrNotGranted
	}
	if err != nil {
		return n, fmt.Errorf("take notice %d: %w", id, err)
	}
	return n, nil
}

// Outcome describes how an attempt to send a notice ended: taken by its receiver, refused for good, or neither, to be tried again.
type Outcome struct {
	Sent    bool
	Refused bool
	Detail  string        // what was met; cleaned and capped here
	Again   time.Duration // where neither: how long to wait
}

// Settle records how an attempt ended, and returns the state. What is not taken within a day is given up. An attempt that the
// sweep has given up may still tell that it was sent; all else that comes late changes nothing, and returns "".
func (s Store) Settle(ctx context.Context, id int64, token uuid.UUID, o Outcome) (State, error) {
	var state State
	err := s.Pool.QueryRow(ctx, `
		UPDATE ghexport.notices n
		   SET state = o.state, detail = nullif($5, ''), deadline = NULL,
		       due_at = CASE WHEN o.state = 'waiting' THEN clock_timestamp() + $6::interval END,
		       sent_at = CASE WHEN o.state = 'sent' THEN clock_timestamp() END
		  FROM (SELECT CASE WHEN $3 THEN 'sent' WHEN $4 OR told_from < clock_timestamp() - $7::interval THEN 'dead' ELSE 'waiting' END AS state
		          FROM ghexport.notices WHERE id = $1) o
		 WHERE n.id = $1 AND n.attempt = $2 AND (n.state = 'sending' OR n.state = 'waiting' AND $3)
		RETURNING n.state`,
		id, token, o.Sent, o.Refused, ledger.Clean(o.Detail, store.DetailCap), o.Again, noticePatience).Scan(&state)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return "", fmt.Errorf("settle notice %d: %w", id, err)
	}
	return state, nil
}

package notices

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"github.com/interviewing-io/greenhouse-export/store/query"
)

const (
	movesAtOnce  = 2000 // changes that one sweep tells
	movesANotice = 100  // of them in one notice
)

const changeColumns = "c.seq, c.org_id, c.interview_id, c.what, c.at, c.status, c.stage, c.job"

// tellMoves writes what became of candidates since the last sweep, in the order of the feed: a notice for each company and hundred of
// changes. Without a webhook nobody is told, and who sets one up later hears of what happens from then on: all of it is in the feed.
func (w noticeSweep) tellMoves(ctx context.Context) error {
	if !w.rules.Webhook {
		_, err := w.tx.Exec(ctx, `
			UPDATE ghexport.control k
			   SET changes_told = c.newest
			  FROM (SELECT max(seq) AS newest FROM ghexport.changes) c -- changes_pkey
			 WHERE c.newest > k.changes_told`)
		if err != nil {
			return fmt.Errorf("pass over changes that nobody is told of: %w", err)
		}
		return nil
	}
	rows, err := w.tx.Query(ctx, "SELECT "+changeColumns+`
		  FROM ghexport.changes c -- changes_pkey
		 WHERE c.seq > (SELECT k.changes_told FROM ghexport.control k)
		 ORDER BY c.seq
		 LIMIT $1`, movesAtOnce)
	if err != nil {
		return fmt.Errorf("look for changes to tell: %w", err)
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByPos[query.Change])
	if err != nil || len(found) == 0 {
		return errors.Join(err)
	}
	byOrg := map[string][]query.Change{}
	var orgs []string
	for _, c := range found {
		if byOrg[c.OrgID] == nil {
			orgs = append(orgs, c.OrgID)
		}
		byOrg[c.OrgID] = append(byOrg[c.OrgID], c)
	}
	b := &pgx.Batch{}
	for _, org := range orgs {
		for some := range slices.Chunk(byOrg[org], movesANotice) {
			key := fmt.Sprintf("candidates_moved/%d", some[0].Seq)
			b.Queue(`
				INSERT INTO ghexport.notices (key, kind, org_id, since, channel, state, due_at, changes)
				SELECT $1, 'candidates_moved', $2, $3, 'webhook', 'waiting', clock_timestamp(), $4::jsonb
				 WHERE NOT EXISTS (SELECT FROM ghexport.integrations i WHERE i.org_id = $2 AND NOT i.notice_webhook)
				ON CONFLICT ON CONSTRAINT notices_once DO NOTHING`, key, org, some[0].At, some)
			w.swept.Written++
		}
	}
	b.Queue("UPDATE ghexport.control SET changes_told = $1", found[len(found)-1].Seq)
	if err := w.tx.SendBatch(ctx, b).Close(); err != nil {
		return fmt.Errorf("write what became of candidates: %w", err)
	}
	return nil
}

package erasure

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/seal"
	"github.com/interviewing-io/greenhouse-export/store"
)

// Erasure asks to take a person's data out of the ledger.
type Erasure struct {
	Candidate string        // the producer's id of the candidate, or the candidate's email
	Org       string        // at this company alone; empty for all
	Digests   *seal.Digests // finds what is known by digests only; nil where the database has no key for them yet
	By        store.By
	DryRun    bool // say what would go, and take nothing
}

// ErasedExport is an export from which a person's data was taken, or would be.
type ErasedExport struct {
	ID          int64        `json:"id"`
	OrgID       string       `json:"org_id"`
	InterviewID string       `json:"interview_id"`
	Was         ledger.State `json:"was"`
	State       ledger.State `json:"state"`
	MayExist    bool         `json:"may_exist"` // nobody knows whether it is in Greenhouse
	ProfileURL  *string      `json:"profile_url"`
	Before      *time.Time   `json:"erased_before"` // null unless it had been erased already, then when

	bodies []int64
}

// Erased says what an erasure did, or would do.
type Erased struct {
	Exports  []ErasedExport `json:"exports"`  // in the order of their numbers
	Messages int            `json:"messages"` // that had not been folded, or were kept for later
	Texts    []ErasedText   `json:"texts"`    // others' words that name the person

	words personWords // of a dry run: what the person is called by
}

// Erase takes a candidate's name, email, LinkedIn and notes, those of earlier revisions and of messages that wait included, and the
// producer's id of the candidate. Rows, keys, versions, Greenhouse's ids and digests stay, so that a repeat is known and sent by nobody.
// What was sent stays sent; all else becomes cancelled (erased), what is on its way or in doubt with the flag may_exist. First others'
// words that name the person are replaced, or listed where they are not the service's to change; then one transaction, which waits for
// the relay's turn unless it is a dry run; then leftovers of folds that were cut off. Doing it again is safe and takes what came since.
// With nobody found the result is empty.
func (s Store) Erase(ctx context.Context, q Erasure) (Erased, error) {
	q.Candidate = strings.TrimSpace(q.Candidate)
	plan := q
	plan.DryRun = true
	planned, err := s.eraseRun(ctx, plan)
	if err != nil {
		return planned, err
	}
	texts, err := s.texts(ctx, q, planned.words, planned.Exports)
	if planned.Texts = texts; err != nil || q.DryRun {
		return planned, err
	}
	q.By.Reason, _, _ = planned.words.replaced(q.By.Reason) // it stays for ever
	out, err := s.eraseRun(ctx, q)
	if out.Texts = texts; err != nil {
		return out, err
	}
	return out, s.eraseLeftovers(ctx, out)
}

// eraseRun is one erasure in one transaction, or what it would be.
func (s Store) eraseRun(ctx context.Context, q Erasure) (out Erased, err error) {
	err = s.InTx(ctx, "erase", func(tx pgx.Tx) (err error) {
		if !q.DryRun { // no fold may run: it would bring back what it had read before
			if err := store.RelayTurn.Await(ctx, tx); err != nil {
				return err
			}
		}
		out, err = q.run(ctx, tx)
		return err
	})
	return out, err
}

func (q Erasure) run(ctx context.Context, tx pgx.Tx) (out Erased, err error) {
	waiting, err := q.messages(ctx, tx)
	if err != nil {
		return out, err
	}
	if !q.DryRun {
		if err := q.enter(ctx, tx, waiting); err != nil {
			return out, err
		}
	}
	if out.Exports, err = q.exports(ctx, tx, waiting); err != nil {
		return out, err
	}
	if q.DryRun {
		if out.Messages, err = countMessages(ctx, tx, out.Exports, waiting); err != nil {
			return out, err
		}
		out.words, err = q.words(ctx, tx, waiting, out.Exports)
		return out, err
	}
	if len(out.Exports) == 0 {
		return out, nil
	}
	if out.Messages, err = q.take(ctx, tx, out.Exports); err != nil {
		return out, err
	}
	// Grouped by what it did, as for every verb; an export that was erased before is not told again.
	moved := map[[2]ledger.State][]int64{}
	for _, e := range out.Exports {
		if e.Before == nil {
			change := [2]ledger.State{e.Was, e.State}
			moved[change] = append(moved[change], e.ID)
		}
	}
	for change, ids := range moved {
		if err := store.AuditExports(ctx, tx, q.By, ledger.ActionErase, ids, map[string]any{"from": change[0], "to": change[1]}); err != nil {
			return out, err
		}
	}
	return out, store.WakeRelay(ctx, tx) // siblings may go now
}

// take removes the data of locked exports, and every message of their interviews. It returns how many messages that were.
func (q Erasure) take(ctx context.Context, tx pgx.Tx, exports []ErasedExport) (messages int, err error) {
	var ids, bodies []int64
	for _, e := range exports {
		ids, bodies = append(ids, e.ID), append(bodies, e.bodies...)
	}
	byID, _ := q.digests(q.Candidate, "")
	count := func(done pgconn.CommandTag) error { messages += int(done.RowsAffected()); return nil }
	batch := &pgx.Batch{}
	batch.Queue(giveUpSending, ids)
	batch.Queue(eraseExports, ids, q.Candidate, byID)
	batch.Queue("UPDATE ghexport.attempts SET detail = NULL WHERE export_id = ANY ($1) AND detail IS NOT NULL", ids)
	batch.Queue("DELETE FROM ghexport.bodies WHERE id = ANY ($1)", bodies)
	for _, table := range []string{"outbox", "rejected"} {
		batch.Queue(`
			DELETE FROM ghexport.`+table+` m
			 USING ghexport.exports e
			 WHERE e.id = ANY ($1) AND m.org_id = e.org_id AND m.interview_id = e.interview_id`, ids).Exec(count)
	}
	batch.Queue("DELETE FROM ghexport.aside WHERE export_id = ANY ($1)", ids).Exec(count)
	if err := tx.SendBatch(ctx, batch).Close(); err != nil {
		return 0, fmt.Errorf("take the data: %w", err)
	}
	return messages, nil
}

// giveUpSending logs attempts that are under way as silent, as the sweep does, so that their own word still completes them.
const giveUpSending = `
	INSERT INTO ghexport.attempts (token, export_id, number, job_id, started_at, finished_at, outcome, cause, silent)
	SELECT e.attempt, e.id, e.attempts, e.job_id, e.attempt_started_at, clock_timestamp(), 'unknown', 'outcome.unknown', true
	  FROM ghexport.exports e
	 WHERE e.id = ANY ($1) AND e.state = 'sending'
	ON CONFLICT (export_id, token) DO NOTHING`

// The version becomes that of the newest message, which goes too, so that the producer's repeat of it is known as one.
const eraseExports = `
	UPDATE ghexport.exports e
	   SET state = CASE e.state WHEN 'sent' THEN 'sent' ELSE 'cancelled' END,
	       cause = CASE e.state WHEN 'sent' THEN NULL ELSE 'erased' END,
	       detail = NULL,
	       flags = CASE WHEN e.state IN ('sending', 'unknown') AND NOT 'may_exist' = ANY (e.flags) THEN e.flags || 'may_exist'::text
	                    ELSE e.flags END,
	       version = greatest(e.version, (SELECT max(n.version) FROM (
	                    SELECT o.version FROM ghexport.outbox o WHERE o.org_id = e.org_id AND o.interview_id = e.interview_id
	                    UNION ALL
	                    SELECT r.version FROM ghexport.rejected r WHERE r.org_id = e.org_id AND r.interview_id = e.interview_id
	                    UNION ALL
	                    SELECT a.version FROM ghexport.aside a WHERE a.export_id = e.id) n)),
	       candidate_digest = coalesce(e.candidate_digest, CASE WHEN e.candidate_id = $2 THEN $3::bytea END),
	       candidate_id = 'erased',
	       body_id = NULL, later_body_id = NULL,
	       due_at = NULL, blocked_at = NULL, attention_at = NULL, died_of = NULL, died_version = NULL,
	       job_id = NULL, send_by = NULL, deadline = NULL, first_failed_at = NULL, failures = 0,
	       erased_at = coalesce(e.erased_at, clock_timestamp()), updated_at = clock_timestamp()
	 WHERE e.id = ANY ($1)`

// leftoverLimit bounds the search for bodies that nothing names: it reads the table, outside the relay's turn.
const leftoverLimit = 5 * time.Minute

// eraseLeftovers deletes bodies of these interviews that folds left behind when they were cut off. The sweep deletes them too, unless
// the service stood still for long.
func (s Store) eraseLeftovers(ctx context.Context, e Erased) error {
	if len(e.Exports) == 0 {
		return nil
	}
	var orgs, interviews []string
	for _, one := range e.Exports {
		orgs, interviews = append(orgs, one.OrgID), append(interviews, one.InterviewID)
	}
	return s.InTx(ctx, "erase leftovers", func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, "SELECT set_config('statement_timeout', $1, true)", store.Milliseconds(leftoverLimit)); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `
			DELETE FROM ghexport.bodies b
			 USING unnest($1::text[], $2::text[]) AS k(org_id, interview_id)
			 WHERE b.org_id = k.org_id AND b.interview_id = k.interview_id`, orgs, interviews)
		return err
	})
}

package store

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/interviewing-io/greenhouse-export/ledger"
)

// Fold takes arrivals into the ledger and their messages out of the outbox, all in one transaction, and returns how many messages
// left. An arrival of which a message has left the outbox since it was read is passed over, so that folding twice does no harm.
// [ErrStandby] means that another relay works. Nothing of it is seen until all of it is.
//
// Bodies are stored before the lock is taken; under it go ids and small columns only.
func (s *Store) Fold(ctx context.Context, arrivals []ledger.Arrival) (int, error) {
	bodies, err := s.addBodies(ctx, arrivals)
	if err != nil {
		return 0, err
	}
	known := newStandings()
	t, err := s.takeTurn(ctx, known.ask(arrivals), known.read)
	if err != nil {
		return 0, err
	}
	plan := planFold(arrivals, bodies, known)
	if err := t.send(ctx, plan.batch(), true); err != nil {
		return 0, fmt.Errorf("fold: %w", err)
	}
	Failpoint("fold.committed")
	return len(plan.folded), nil
}

// standings is what stood when the lock was taken.
type standings struct {
	rows     map[[2]string]*ledger.Standing
	messages map[int64]bool // those of the arrivals that are still in the outbox
}

func newStandings() standings {
	return standings{rows: map[[2]string]*ledger.Standing{}, messages: map[int64]bool{}}
}

func (l *standings) ask(arrivals []ledger.Arrival) *pgx.Batch {
	var ids, versions []int64
	var orgs, interviews []string
	var digests [][]byte
	for _, a := range arrivals {
		ids = append(ids, a.Messages...)
		orgs, interviews = append(orgs, a.OrgID), append(interviews, a.InterviewID)
		versions, digests = append(versions, a.Version), append(digests, a.Digest)
	}
	batch := &pgx.Batch{}
	batch.Queue("SELECT id FROM ghexport.outbox WHERE id = ANY ($1)", ids)
	batch.Queue(standing, orgs, interviews, versions, digests)
	batch.Queue(standing+`
		   AND `+ourTurn+`
		   AND (e.version < k.version OR e.version = k.version AND e.content_digest <> k.digest)
		 ORDER BY e.id
		   FOR NO KEY UPDATE OF e`, orgs, interviews, versions, digests)
	return batch
}

// standing finds the exports of arrivals. Only those that an arrival may change are locked, in a second look: a lock would make an
// intent pass the row over, and a repeat must not cost a send its turn. What needs no lock cannot come to need one, since versions
// are changed by the relay's own turn alone.
const standing = standingColumns + `
		  FROM unnest($1::text[], $2::text[], $3::bigint[], $4::bytea[]) AS k(org_id, interview_id, version, digest)
		  JOIN ghexport.exports e ON e.org_id = k.org_id AND e.interview_id = k.interview_id
		 WHERE true`

// standingColumns are those of a [ledger.Standing].
const standingColumns = `
		SELECT e.id, e.org_id, e.interview_id, e.version, e.content_digest, e.state, coalesce(e.cause, ''), e.flags,
		       e.interviewer_advances, e.candidate_continues, e.body_id, e.later_body_id, e.erased_at IS NOT NULL,
		       (SELECT a.version FROM ghexport.aside a WHERE a.export_id = e.id)`

func (l *standings) read(results pgx.BatchResults) error {
	rows, err := results.Query()
	if err != nil {
		return fmt.Errorf("look for the messages: %w", err)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return fmt.Errorf("look for the messages: %w", err)
	}
	for _, id := range ids {
		l.messages[id] = true
	}
	for range 2 { // what stands, then again what is locked: newer where the two differ
		if err := l.readRows(results); err != nil {
			return err
		}
	}
	return nil
}

func (l *standings) readRows(results pgx.BatchResults) error {
	rows, err := results.Query()
	if err != nil {
		return fmt.Errorf("lock their exports: %w", err)
	}
	found, err := pgx.CollectRows(rows, pgx.RowToAddrOfStructByPos[ledger.Standing])
	if err != nil {
		return fmt.Errorf("lock their exports: %w", err)
	}
	for _, row := range found {
		l.rows[[2]string{row.OrgID, row.InterviewID}] = row
	}
	return nil
}

// foldPlan is what one fold writes, in columns.
type foldPlan struct {
	folded []int64 // outbox rows that leave
	unused []int64 // bodies that nothing names any more
	insert exportColumns
	change exportColumns
	aside  struct{ export, message []int64 }
	marks  struct {
		id, version, later []int64 // later: bodies to keep for a person to copy, 0 for none
		digest             [][]byte
		flags              []string
	}
}

func planFold(arrivals []ledger.Arrival, bodies []int64, known standings) *foldPlan {
	p := &foldPlan{}
	for i, a := range arrivals {
		whole := true
		for _, id := range a.Messages {
			whole = whole && known.messages[id]
		}
		if !whole {
			p.drop(bodies[i])
			continue
		}
		p.folded = append(p.folded, a.Messages...)
		row := known.rows[[2]string{a.OrgID, a.InterviewID}]
		what, flags := ledger.Place(row, a)
		switch what {
		case ledger.PlaceInsert:
			p.insert.add(i, 0, a, ledger.IneligibleCause(nil, a), bodies[i], flags)
		case ledger.PlaceReplace:
			p.change.add(i, row.ID, a, ledger.IneligibleCause(row, a), bodies[i], flags)
			if row.BodyID != nil {
				p.drop(*row.BodyID)
			}
		case ledger.PlaceAside:
			p.aside.export, p.aside.message = append(p.aside.export, row.ID), append(p.aside.message, a.Newest)
			p.mark(row, row.Version, row.Digest, flags, row.LaterBodyID)
			p.drop(bodies[i])
		case ledger.PlaceMark:
			p.markNewer(row, a, bodies[i], flags)
		case ledger.PlaceNothing:
			p.drop(bodies[i])
		}
	}
	return p
}

func (p *foldPlan) drop(body int64) {
	if body != 0 {
		p.unused = append(p.unused, body)
	}
}

// markNewer records a result that changes nothing of what is, or was, sent. Of one that edits what was sent the words are kept, for a
// person to copy by hand.
func (p *foldPlan) markNewer(row *ledger.Standing, a ledger.Arrival, body int64, flags []string) {
	if a.Version == row.Version { // a conflict: the first stays
		p.mark(row, row.Version, row.Digest, flags, row.LaterBodyID)
		p.drop(body)
		return
	}
	if row.LaterBodyID != nil {
		p.drop(*row.LaterBodyID)
	}
	later := &body
	if row.State != ledger.StateSent || row.Erased || body == 0 {
		p.drop(body)
		later = nil
	}
	p.mark(row, a.Version, a.Digest, flags, later)
}

func (p *foldPlan) mark(row *ledger.Standing, version int64, digest []byte, flags []string, later *int64) {
	p.marks.id, p.marks.version = append(p.marks.id, row.ID), append(p.marks.version, version)
	p.marks.digest, p.marks.flags = append(p.marks.digest, digest), append(p.marks.flags, strings.Join(flags, ","))
	if later == nil {
		later = new(int64)
	}
	p.marks.later = append(p.marks.later, *later)
}

// batch lists the statements that have something to write.
func (p *foldPlan) batch() *pgx.Batch {
	b := &pgx.Batch{}
	if len(p.insert.org) > 0 {
		b.Queue(insertExports, append(p.insert.args(), p.insert.sendBy)...)
	}
	if len(p.change.org) > 0 {
		b.Queue(changeExports, append([]any{p.change.id}, p.change.args()...)...)
	}
	if len(p.aside.export) > 0 {
		b.Queue(`
			INSERT INTO ghexport.aside (export_id, version, schema_version, message, enqueued_at)
			SELECT k.export_id, o.version, o.schema_version, o.message, o.enqueued_at
			  FROM unnest($1::bigint[], $2::bigint[]) AS k(export_id, message_id)
			  JOIN ghexport.outbox o ON o.id = k.message_id
			ON CONFLICT (export_id) DO UPDATE
			   SET version = excluded.version, schema_version = excluded.schema_version,
			       message = excluded.message, enqueued_at = excluded.enqueued_at`, p.aside.export, p.aside.message)
	}
	if len(p.marks.id) > 0 {
		b.Queue(`
			UPDATE ghexport.exports e
			   SET version = m.version, content_digest = m.digest, flags = string_to_array(m.flags, ','),
			       later_body_id = nullif(m.later, 0), updated_at = clock_timestamp()
			  FROM unnest($1::bigint[], $2::bigint[], $3::bytea[], $4::text[], $5::bigint[]) AS m(id, version, digest, flags, later)
			 WHERE e.id = m.id`, p.marks.id, p.marks.version, p.marks.digest, p.marks.flags, p.marks.later)
	}
	if len(p.unused) > 0 {
		b.Queue("DELETE FROM ghexport.bodies WHERE id = ANY ($1)", p.unused)
	}
	b.Queue("DELETE FROM ghexport.outbox WHERE id = ANY ($1)", p.folded)
	return b
}

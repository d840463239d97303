package store

import (
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/interviewing-io/greenhouse-export/ledger"
)

// FewMessages is how many messages of all companies a turn reads and folds at once; passBytes bounds their text.
const FewMessages = 8

// fewPeeked is how many exports that wait for their moment a turn of few messages looks at.
const fewPeeked = 100

// Few is [Store.Outbox] and [Store.Pass] in one turn of two round trips, for the few messages of a quiet moment: the messages are read
// together with all that the pass must know, and arrive makes arrivals of them while the turn is open. It hands out no export that was
// there before, but says where one may be due ([Dispatched.Left]). It reports false, and has done nothing, where the outbox holds more, or
// what arrive does not take, or a repeat: pass then as always. [ErrStandby] means that another relay works.
func (s *Store) Few(ctx context.Context, known []int, arrive func([]Message) ([]ledger.Arrival, bool)) (int, Dispatched, bool, error) {
	look := fewLook{known: known, standings: newStandings()}
	t, err := s.takeTurn(ctx, look.ask(), look.read)
	if err != nil {
		return 0, Dispatched{}, false, err
	}
	arrivals, whole := []ledger.Arrival(nil), look.whole
	if whole && len(look.messages) > 0 {
		arrivals, whole = arrive(look.messages)
	}
	if !whole || len(arrivals) == 0 {
		t.drop(ctx)
		return 0, Dispatched{Left: look.mayBeDue}, whole, nil
	}
	p := look.plan(arrivals)
	if err := t.send(ctx, p.batch(), true); err != nil {
		return 0, Dispatched{}, false, fmt.Errorf("fold and dispatch few: %w", err)
	}
	Failpoint("pass.committed")
	return len(p.fold.folded), Dispatched{Queued: p.born, Left: look.mayBeDue || p.fold.leaves() || p.born < p.births}, true, nil
}

// fewLook is what one turn sees of the few messages, and of all that a pass must know about them.
type fewLook struct {
	known     []int // schema versions
	whole     bool  // these are all messages of the outbox, and none too many
	messages  []Message
	bodies    []int64 // ids for them, should they need any
	standings standings
	companies dueLook // those that may send and have nothing due
	mayBeDue  bool    // something else
}

func (l *fewLook) ask() *pgx.Batch {
	batch := &pgx.Batch{}
	batch.Queue(fewLooked, FewMessages+1, passBytes)
	batch.Queue(fewStanding, FewMessages+1)
	batch.Queue(fewCompanies, FewMessages+1, fewPeeked, queueAhead)
	return batch
}

func (l *fewLook) read(results pgx.BatchResults) error {
	if err := l.readMessages(results); err != nil {
		return fmt.Errorf("read the outbox: %w", err)
	}
	if err := l.standings.readRows(results); err != nil {
		return err
	}
	rows, err := results.Query()
	if err == nil {
		l.companies, err = readDue(rows)
	}
	if err != nil {
		return fmt.Errorf("look at the companies of new exports: %w", err)
	}
	l.mayBeDue, l.companies.Last = l.companies.Last != "", ""
	return nil
}

func (l *fewLook) readMessages(results pgx.BatchResults) error {
	rows, err := results.Query()
	if err != nil {
		return err
	}
	l.whole = true
	var m Message
	var body *string
	var id int64
	var stands bool
	_, err = pgx.ForEachRow(rows, []any{&m.ID, &m.OrgID, &m.InterviewID, &m.Version, &m.SchemaVersion, &body, &m.EnqueuedAt, &m.CompanyZone,
		&m.NoteFormat, &id, &stands}, func() error {
		if body == nil || stands || !slices.Contains(l.known, m.SchemaVersion) {
			l.whole = false
			return nil
		}
		m.Body = []byte(*body)
		l.messages, l.bodies = append(l.messages, m), append(l.bodies, id)
		l.standings.messages[m.ID] = true
		return nil
	})
	return err
}

// fewPlan is what a pass of few messages writes.
type fewPlan struct {
	bodies   *bodyColumns
	ids      []int64 // of the bodies
	fold     *foldPlan
	dispatch *dispatchPlan
	births   int // that the plan lets be born queued
	born     int // that were
}

func (l *fewLook) plan(arrivals []ledger.Arrival) *fewPlan {
	p := &fewPlan{bodies: bodiesOf(arrivals), dispatch: planDispatch(dueLook{Room: l.companies.Room})}
	p.ids = l.bodies[:len(p.bodies.at)]
	p.fold = planFold(arrivals, p.bodies.place(len(arrivals), p.ids), l.standings)
	births := birthsOf(arrivals, "")
	for n, at := range births.at {
		for _, company := range l.companies.Exports {
			if company.OrgID == arrivals[at].OrgID {
				company.ID = int64(n + 1)
				births.found = append(births.found, company)
			}
		}
	}
	p.births = births.plan(p.fold, p.dispatch, dueLook{Room: l.companies.Room})
	return p
}

// batch lists the statements of the plan. Whether a sibling stands in the way of a birth is asked when it is written: only then its person
// is known to the database.
func (p *fewPlan) batch() *pgx.Batch {
	batch := &pgx.Batch{}
	if len(p.ids) > 0 {
		sql, args := p.bodies.insert(p.ids)
		batch.Queue(sql, args...)
	}
	fold := p.fold.batch()
	for _, q := range fold.QueuedQueries {
		if q.SQL == insertExports {
			q.SQL = insertExportsAlone
			q.Exec(func(made pgconn.CommandTag) error { p.born = int(made.RowsAffected()); return nil })
		}
	}
	for _, part := range []*pgx.Batch{fold, p.dispatch.batch()} {
		batch.QueuedQueries = append(batch.QueuedQueries, part.QueuedQueries...)
	}
	if p.births > 0 {
		batch.Queue(tellRiver)
	}
	return batch
}

// theFew are the oldest messages of the outbox.
const theFew = `(SELECT * FROM ghexport.outbox ORDER BY id LIMIT $1::bigint)`

// fewLooked reads them, without their text where they are too many or too long, with an id for the body of each. An export that has what
// a message says, or newer, would have to be compared with it, and is left to who reads more.
const fewLooked = `
	WITH few AS MATERIALIZED (
		SELECT o.*, o.message::text AS body FROM ` + theFew + ` o WHERE ` + ourTurn + `
	), size AS (
		SELECT count(*) < $1 AND sum(octet_length(body)) <= $2::bigint AS fits FROM few
	)
	SELECT o.id, o.org_id, o.interview_id, o.version, o.schema_version, CASE WHEN size.fits THEN o.body END, o.enqueued_at,
	       coalesce(i.time_zone, ''), coalesce(i.note_format, 1), nextval('ghexport.bodies_id_seq'),
	       EXISTS (SELECT FROM ghexport.exports e
	                WHERE e.org_id = o.org_id AND e.interview_id = o.interview_id AND e.version >= o.version)
	  FROM few o
	 CROSS JOIN size
	  LEFT JOIN ghexport.integrations i ON i.org_id = o.org_id
	 ORDER BY o.id`

// fewStanding locks the exports that they change.
const fewStanding = standingColumns + `
	  FROM ` + theFew + ` k
	  JOIN ghexport.exports e ON e.org_id = k.org_id AND e.interview_id = k.interview_id
	 WHERE ` + ourTurn + `
	   AND e.version < k.version
	 ORDER BY e.id
	   FOR NO KEY UPDATE OF e`

// fewCompanies are those of them that may send and have nothing due, in the shape of dueExports, but that its first column tells whether
// something may be due: it is, or more lie there than a peek sees. A whole look would cost more than all else that a lone export waits for.
const fewCompanies = `
	WITH asked AS MATERIALIZED (
		SELECT org_id FROM ` + theFew + ` o
	), peek AS MATERIALIZED (
		SELECT CASE WHEN count(*) = $2::bigint OR bool_or(p.due_at <= statement_timestamp()) THEN 'due' ELSE '' END AS says
		  FROM (SELECT e.due_at FROM ghexport.exports e WHERE e.due_at IS NOT NULL ORDER BY e.org_id LIMIT $2::bigint) p -- exports_due
	), ` + inFlight + `, ` + roomOf + `, ` + birthReady + `
	SELECT peek.says, room.n, e.org_id IS NOT NULL OR NULL, clock_timestamp(), e.org_id, false, e.free, e.in_flight_cap, e.second_interview, e.key_digest,
	       ` + ofBudget + `
	       0::bigint, 0, false, false, false, false, false
	  FROM peek
	 CROSS JOIN room
	  LEFT JOIN ready e ON NOT EXISTS (SELECT FROM ghexport.budgets b WHERE b.credential = e.key_digest AND b.blocked_until > clock_timestamp())
	  LEFT JOIN by_key k ON k.key_digest = e.key_digest
	  LEFT JOIN ghexport.budgets b ON b.credential = e.key_digest`

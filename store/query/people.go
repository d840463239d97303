package query

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
)

// Person is somebody who was interviewed for a company with success: who, the note, and where they stand. It holds personal data.
type Person struct {
	ID            int64
	InterviewID   string
	Role          *string // as the producer names it
	InterviewedAt time.Time
	SentAt        *time.Time
	ProfileURL    *string
	First, Last   *string // nil where nothing is kept any more
	Note          *string
	Edited        bool // the product's result is another since it was sent
	Withdrawn     bool // a yes was taken back since
	State         ledger.State
	Cause         *ledger.Cause
	Held          *ledger.Cause
	Detail        *string
	Blocked       bool
	Status        *string // nil where their standing is not followed
	Stage         *string
	Job           *string // in Greenhouse
	SeenAt        *time.Time
	MovedAt       *time.Time
	MissingSince  *time.Time
	Gone          *string
	Flags         []string
}

// PeopleFilter narrows a company's people.
type PeopleFilter struct {
	Org      string
	Show     PeopleShown
	BeforeID int64 // only older than this, for the next page
	Limit    int
}

// PeopleShown is which of a company's people a list shows; all of them where it is empty.
type PeopleShown string

// The lists of a company's people.
const (
	PeopleThere   PeopleShown = "there"   // in Greenhouse
	PeopleWaiting PeopleShown = "waiting" // go by themselves
	PeopleStuck   PeopleShown = "stuck"   // somebody has to do something
	PeopleEnded   PeopleShown = "ended"   // are not added
)

// shownPeople select the lists, each by an index where it is few of many.
var shownPeople = map[PeopleShown]string{
	"":            "e.state <> 'ineligible'",
	PeopleThere:   "e.state = 'sent'",
	PeopleWaiting: "(e.due_at IS NOT NULL OR e.blocked_at IS NOT NULL OR e.job_id IS NOT NULL) AND e.state IN ('pending', 'queued', 'sending')",
	PeopleStuck:   "e.attention_at IS NOT NULL AND e.state IN ('unknown', 'duplicate', 'dead')", // exports_attention_by_org
	PeopleEnded:   "e.state = 'cancelled' AND " + store.StateRows[ledger.StateCancelled],        // exports_by_cause
}

// Known says whether there is such a list.
func (s PeopleShown) Known() bool { _, known := shownPeople[s]; return known }

// People lists a company's people, those whose results came last first; who did not get both yeses is not among them. It may return a
// [*store.TooSlowError].
func (r Reader) People(ctx context.Context, f PeopleFilter) (list []Person, err error) {
	w := store.Where{}
	w.AddIf(true, "e.org_id = %s", f.Org) // exports_by_org
	w.AddIf(true, shownPeople[f.Show])
	w.AddIf(f.BeforeID != 0, "e.id < %s", f.BeforeID)
	err = r.reads.Read(ctx, "list of people", func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `
			SELECT e.id, e.interview_id, e.job, e.interviewed_at, e.sent_at, e.profile_url, b.first_name, b.last_name, b.note,
			       'edited_after_send' = ANY (e.flags), 'withdrawn_after_send' = ANY (e.flags), e.state,
			       CASE WHEN h.held IS NULL THEN e.cause END, h.held, e.detail, e.blocked_at IS NOT NULL,
			       CASE WHEN t.export_id IS NOT NULL THEN coalesce(t.status, '') END, t.stage, t.job, t.seen_at, t.moved_at, t.missing_since, t.gone, e.flags`+
			store.ExportsHeld+`
			  LEFT JOIN ghexport.bodies b ON b.id = e.body_id
			  LEFT JOIN ghexport.tracks t ON t.export_id = e.id`+w.SQL()+" ORDER BY e.id DESC LIMIT "+w.Arg(f.Limit), w.Args...)
		if err != nil {
			return err
		}
		list, err = pgx.CollectRows(rows, pgx.RowToStructByPos[Person])
		return err
	})
	return list, err
}

// Ledger returns what may be said of them.
func (p Person) Ledger() ledger.Person {
	known := ledger.Person{State: p.State, Cause: p.Cause, Held: p.Held, Detail: orNothing(p.Detail), Blocked: p.Blocked}
	if p.Status != nil {
		known.Tracked = &ledger.Tracked{
			ExportID: p.ID, InterviewID: p.InterviewID, Status: ledger.TrackStatus(*p.Status), Stage: orNothing(p.Stage), Job: orNothing(p.Job),
			SeenAt: store.TimeOrZero(p.SeenAt), MovedAt: store.TimeOrZero(p.MovedAt), MissingSince: store.TimeOrZero(p.MissingSince),
			End: ledger.TrackEnd(orNothing(p.Gone)),
		}
	}
	return known
}

func orNothing(text *string) string {
	if text == nil {
		return ""
	}
	return *text
}

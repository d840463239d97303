package store

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/interviewing-io/greenhouse-export/ledger"
)

// bodyColumns are the bodies of some arrivals, column by column, as unnest wants them.
type bodyColumns struct {
	at                                                                         []int // whose body it is, by place in the arrivals
	org, interview, first, last, email, linkedin, note, interviewer, interMail []string
	format                                                                     []int16
	bytes                                                                      int // about what sending them takes
}

func bodiesOf(arrivals []ledger.Arrival) *bodyColumns {
	c := &bodyColumns{}
	for i, a := range arrivals {
		if a.Body == nil {
			continue
		}
		c.at = append(c.at, i)
		c.org, c.interview = append(c.org, a.OrgID), append(c.interview, a.InterviewID)
		c.first, c.last = append(c.first, a.Body.FirstName), append(c.last, a.Body.LastName)
		c.email, c.linkedin = append(c.email, a.Body.Email), append(c.linkedin, a.Body.LinkedIn)
		c.note, c.format = append(c.note, a.Body.Note), append(c.format, int16(a.Body.NoteFormat))
		c.interviewer, c.interMail = append(c.interviewer, a.Body.InterviewerName), append(c.interMail, a.Body.InterviewerEmail)
		c.bytes += len(a.Body.Note) + len(a.Body.LinkedIn) + len(a.Body.InterviewerName) + 500
	}
	return c
}

// insert is the statement that stores them under ids, or under new ones where ids is nil.
func (c *bodyColumns) insert(ids []int64) (string, []any) {
	args := []any{
		c.org, c.interview, c.first, c.last, c.email, c.linkedin, c.note, c.format, c.interviewer, c.interMail, ids,
	}
	return `
		INSERT INTO ghexport.bodies (id, org_id, interview_id, first_name, last_name, email, linkedin, note, note_format,
		                             interviewer_name, interviewer_email)
		OVERRIDING SYSTEM VALUE
		SELECT coalesce(id, nextval('ghexport.bodies_id_seq')), org, interview, first, last, email, nullif(linkedin, ''), note, format,
		       nullif(interviewer, ''), nullif(mail, '')
		  FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::smallint[],
		              $9::text[], $10::text[], $11::bigint[])
		       WITH ORDINALITY AS b(org, interview, first, last, email, linkedin, note, format, interviewer, mail, id, n)
		 ORDER BY n
		RETURNING id`, args
}

// place gives each arrival its body's id, 0 where it has none.
func (c *bodyColumns) place(arrivals int, ids []int64) []int64 {
	placed := make([]int64, arrivals)
	for n, at := range c.at {
		placed[at] = ids[n]
	}
	return placed
}

// addBodies stores the bodies of a fold before the relay takes its lock, in a transaction of their own, so that a relay frozen while
// it sends a megabyte holds nothing. It returns their ids, 0 for an arrival without. A body that no export comes to name is a
// leftover, which SweepBodies deletes.
func (s *Store) addBodies(ctx context.Context, arrivals []ledger.Arrival) ([]int64, error) {
	c := bodiesOf(arrivals)
	if len(c.at) == 0 {
		return make([]int64, len(arrivals)), nil
	}
	sql, args := c.insert(nil)
	rows, err := s.Pool.Query(ctx, sql, args...)
	if err != nil {
		return nil, fmt.Errorf("store bodies: %w", err)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return nil, fmt.Errorf("store bodies: %w", err)
	}
	return c.place(len(arrivals), ids), nil
}

package edit

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/seal"
	"github.com/interviewing-io/greenhouse-export/store"
)

// Edited is a body as somebody edited it, with the flags that its rendering raised and those that are no longer true.
type Edited struct {
	Body    ledger.Body
	Lowered []string
	Raised  []string
}

// FieldChange is one field that an edit changes. It holds personal data.
type FieldChange struct {
	Field  string `json:"field"`
	Before string `json:"before"`
	After  string `json:"after"`
}

// Request edits what one dead or cancelled export will send, and replays it.
type Request struct {
	ExportID int64
	By       store.By
	Digests  *seal.Digests                     // siblings are found by the new address
	Change   func(ledger.Body) (Edited, error) // pure; its error is shown to the editor
	Seen     *Revision                         // what the editor saw; another one by now is [ErrEdited]. Nil for whatever stands
	DryRun   bool                              // say what would change, and change nothing
}

// Revision names one state of what an export will send.
type Revision struct {
	Version  int64 // the producer's
	Revision int   // edits since
}

// Done says what an edit changed, or would.
type Done struct {
	Revision
	OrgID   string
	Changes []FieldChange
}

// ErrEdited says that somebody else edited the export, or that the producer sent a newer result, since the editor looked.
var ErrEdited = errors.New("it was changed since you looked")

// ErrSame says that an edit changes nothing.
var ErrSame = errors.New("it would be sent as it is: nothing is changed")

// Edit stores the edited body as a new revision, keeps the one before it as history, and replays the export, in one transaction. The
// producer's next version replaces the edit. The audit trail gets the names of the fields, never a value.
func (s Store) Edit(ctx context.Context, a Request) (*Done, error) {
	var out *Done
	var refused error
	err := s.InTx(ctx, "edit an export", func(tx pgx.Tx) error {
		out, refused = s.edit(ctx, tx, a)
		return refused
	})
	if refused != nil && errors.Is(err, refused) {
		return nil, refused // in its own words
	}
	return out, err
}

func (s Store) edit(ctx context.Context, tx pgx.Tx, a Request) (*Done, error) {
	rows, err := store.Verb{Verb: ledger.VerbEdit}.Lock(ctx, tx, []int64{a.ExportID})
	if err != nil {
		return nil, err
	}
	if len(rows) == 0 {
		return nil, fmt.Errorf("export %d: %w", a.ExportID, store.ErrNotFound)
	}
	row := rows[0]
	if _, refusal := ledger.VerbEdit.Judge(row); refusal != "" {
		return nil, &store.RefusedError{ExportID: row.ID, State: row.State, Because: refusal}
	}
	out := &Done{}
	was, err := readBody(ctx, tx, a.ExportID, out)
	if err != nil {
		return nil, err
	}
	if a.Seen != nil && *a.Seen != out.Revision {
		return nil, ErrEdited
	}
	edited, err := a.Change(was)
	if err != nil {
		return nil, err
	}
	if out.Changes = differ(was, edited.Body); len(out.Changes) == 0 {
		return nil, ErrSame
	}
	if a.DryRun {
		return out, nil
	}
	if err := s.writeRevision(ctx, tx, a, out, edited); err != nil {
		return nil, err
	}
	v := store.Verb{Verb: ledger.VerbReplay, Lane: store.LaneReplay}
	if _, err := v.ApplyTo(ctx, tx, a.By, false, []int64{a.ExportID}); err != nil {
		return nil, err
	}
	return out, nil
}

func readBody(ctx context.Context, tx pgx.Tx, id int64, a *Done) (b ledger.Body, err error) {
	err = tx.QueryRow(ctx, `
		SELECT e.org_id, e.version, e.revision, b.first_name, b.last_name, b.email, coalesce(b.linkedin, ''), b.note, b.note_format,
		       coalesce(b.interviewer_name, ''), coalesce(b.interviewer_email, '')
		  FROM ghexport.exports e
		  JOIN ghexport.bodies b ON b.id = e.body_id
		 WHERE e.id = $1`, id).
		Scan(&a.OrgID, &a.Version, &a.Revision.Revision, &b.FirstName, &b.LastName, &b.Email, &b.LinkedIn, &b.Note, &b.NoteFormat,
			&b.InterviewerName, &b.InterviewerEmail)
	return b, store.NotFound(err)
}

// differ lists what an editor changed. Pure.
func differ(was, now ledger.Body) []FieldChange {
	var list []FieldChange
	for _, f := range []FieldChange{
		{"first_name", was.FirstName, now.FirstName}, {"last_name", was.LastName, now.LastName},
		{"email", was.Email, now.Email}, {"linkedin", was.LinkedIn, now.LinkedIn},
	} {
		if f.Before != f.After {
			list = append(list, f)
		}
	}
	return list
}

// writeRevision puts the edited body in the place of the present one, which a row of revisions keeps.
func (s Store) writeRevision(ctx context.Context, tx pgx.Tx, a Request, out *Done, edited Edited) error {
	var fields []string
	for _, c := range out.Changes {
		fields = append(fields, c.Field)
	}
	b := edited.Body
	done, err := tx.Exec(ctx, `
		WITH kept AS (
			INSERT INTO ghexport.revisions (export_id, version, revision, body_id, fields, actor)
			SELECT id, version, revision, body_id, $2, $3 FROM ghexport.exports WHERE id = $1
		), body AS (
			INSERT INTO ghexport.bodies (org_id, interview_id, first_name, last_name, email, linkedin, note, note_format, interviewer_name,
			                             interviewer_email)
			SELECT o.org_id, o.interview_id, $4, $5, $6, nullif($7, ''), o.note, o.note_format, o.interviewer_name, o.interviewer_email
			  FROM ghexport.exports e
			  JOIN ghexport.bodies o ON o.id = e.body_id
			 WHERE e.id = $1
			RETURNING id
		)
		UPDATE ghexport.exports e
		   SET body_id = body.id, revision = e.revision + 1, email_digest = $8, updated_at = clock_timestamp(),
		       flags = ARRAY(SELECT f FROM unnest(e.flags) f WHERE f <> ALL ($9) UNION SELECT unnest($10::text[]) ORDER BY 1)
		  FROM body
		 WHERE e.id = $1 AND e.state IN ('dead', 'cancelled')`,
		a.ExportID, fields, ledger.Clean(a.By.Actor, store.DetailCap), b.FirstName, b.LastName, b.Email, b.LinkedIn, a.Digests.Email(b.Email),
		append([]string{}, edited.Lowered...), append([]string{}, edited.Raised...))
	if err != nil {
		return fmt.Errorf("store the revision: %w", err)
	}
	if done.RowsAffected() != 1 {
		return fmt.Errorf("store the revision: %d rows changed", done.RowsAffected())
	}
	out.Revision.Revision++
	return store.AuditExports(ctx, tx, a.By, ledger.ActionEdit, []int64{a.ExportID}, map[string]any{
		"fields": fields, "version": out.Version, "revision": out.Revision.Revision,
	})
}

package store_test

import (
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/seal"
	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/store/edit"
	"github.com/interviewing-io/greenhouse-export/store/query"
)

func emailTo(address string) func(ledger.Body) (edit.Edited, error) {
	return func(b ledger.Body) (edit.Edited, error) {
		b.Email, b.LastName = address, "-"
		return edit.Edited{Body: b, Lowered: []string{ledger.FlagLinkedInLeftOut}, Raised: []string{ledger.FlagNamePadded}}, nil
	}
}

func (d *db) digests() *seal.Digests {
	d.t.Helper()
	digests, err := seal.NewDigests(seal.NewDigestKey())
	require.NoError(d.t, err)
	return digests
}

func TestEdit(t *testing.T) {
	t.Parallel()

	t.Run("StoresARevisionKeepsTheOriginalAndReplays", func(t *testing.T) {
		t.Parallel()
		d := setup(t)
		id := d.export(fixture{State: ledger.StateDead, Cause: ledger.CausePayloadRefused, Flags: []string{ledger.FlagLinkedInLeftOut, ledger.FlagNoteCut}})
		original := one[int64](d, "SELECT body_id FROM ghexport.exports WHERE id = $1", id)
		a := edit.Request{ExportID: id, By: kim, Digests: d.digests(), Change: emailTo("grace@example.com")}

		a.DryRun = true
		seen, err := edit.In(d.Store).Edit(t.Context(), a)
		require.NoError(t, err)
		want := []edit.FieldChange{{Field: "last_name", Before: "Lovelace", After: "-"}, {Field: "email", Before: "ada@example.com", After: "grace@example.com"}}
		assert.Equal(t, want, seen.Changes)
		assert.Equal(t, ledger.StateDead, d.ledger(id).State, "a dry run changes nothing")
		assert.Zero(t, d.count("SELECT count(*) FROM ghexport.audit"))

		a.DryRun, a.Seen = false, &seen.Revision
		done, err := edit.In(d.Store).Edit(t.Context(), a)
		require.NoError(t, err)
		assert.Equal(t, edit.Revision{Version: 5, Revision: 1}, done.Revision)
		assert.Equal(t, standings{State: ledger.StatePending, Due: true, Lane: 1, Flags: []string{ledger.FlagNamePadded, ledger.FlagNoteCut}}, d.ledger(id))
		detail, err := query.In(d.Store).Show(t.Context(), id)
		require.NoError(t, err)
		assert.Equal(t, text("grace@example.com"), detail.Email)
		assert.Equal(t, text("the note"), detail.Note)
		assert.Equal(t, a.Digests.Email("grace@example.com"), one[[]byte](d, "SELECT email_digest FROM ghexport.exports WHERE id = $1", id))
		assert.Equal(t, original, one[int64](d, "SELECT body_id FROM ghexport.revisions WHERE export_id = $1 AND version = 5 AND revision = 0", id))
		trail := one[string](d, "SELECT string_agg(audit::text, ' ') FROM ghexport.audit")
		assert.Contains(t, trail, "edit")
		for _, personal := range []string{"ada@", "grace@", "Lovelace"} {
			assert.NotContains(t, trail, personal)
		}

		d.exec("UPDATE ghexport.bodies SET created_at = now() - interval '2 hours'")
		require.NoError(t, d.SweepBodies(t.Context()))
		assert.Equal(t, 1, d.count("SELECT count(*) FROM ghexport.bodies WHERE id = $1 AND email = 'ada@example.com'", original), "history is no leftover")
	})

	t.Run("RefusesWhatDoesNotApply", func(t *testing.T) {
		t.Parallel()
		d := setup(t)
		id := d.export(fixture{State: ledger.StateDead, Cause: ledger.CausePayloadRefused})
		a := edit.Request{ExportID: id, By: kim, Digests: d.digests(), Change: emailTo("grace@example.com")}
		for what, one := range map[string]struct {
			edit func(*edit.Request)
			is   func(error) bool
		}{
			"another revision": {func(a *edit.Request) { a.Seen = &edit.Revision{Version: 5, Revision: 1} }, isErr(edit.ErrEdited)},
			"another version":  {func(a *edit.Request) { a.Seen = &edit.Revision{Version: 4} }, isErr(edit.ErrEdited)},
			"no change": {
				func(a *edit.Request) {
					a.Change = func(b ledger.Body) (edit.Edited, error) { return edit.Edited{Body: b}, nil }
				}, isErr(edit.ErrSame),
			},
			"no such export":   {func(a *edit.Request) { a.ExportID = 4711 }, isErr(store.ErrNotFound)},
			"what was sent":    {func(a *edit.Request) { a.ExportID = d.export(fixture{State: ledger.StateSent}) }, refused},
			"what is in doubt": {func(a *edit.Request) { a.ExportID = d.export(fixture{State: ledger.StateUnknown}) }, refused},
			"what is erased":   {func(a *edit.Request) { a.ExportID = d.export(fixture{State: ledger.StateDead, NoBody: true}) }, refused},
			"the editor's rule": {func(a *edit.Request) {
				a.Change = func(ledger.Body) (edit.Edited, error) { return edit.Edited{}, errRule }
			}, isErr(errRule)},
			"nobody": {func(a *edit.Request) { a.By.Actor = "" }, func(err error) bool { return err != nil && strings.Contains(err.Error(), "nobody is named") }},
		} {
			other := a
			one.edit(&other)
			_, err := edit.In(d.Store).Edit(t.Context(), other)
			assert.True(t, one.is(err), "%s: %v", what, err)
		}
		assert.Equal(t, ledger.StateDead, d.ledger(id).State)
		assert.Zero(t, d.count("SELECT count(*) FROM ghexport.revisions"))
	})

	t.Run("OfTwoEditorsOneIsTold", func(t *testing.T) {
		t.Parallel()
		d := setup(t)
		id := d.export(fixture{State: ledger.StateDead, Cause: ledger.CausePayloadRefused})
		a := edit.Request{ExportID: id, By: kim, Digests: d.digests(), Seen: &edit.Revision{Version: 5}}
		var done, told int
		var mu sync.Mutex
		var people sync.WaitGroup
		for _, address := range []string{"grace@example.com", "alan@example.com"} {
			people.Go(func() {
				mine := a
				mine.Change = emailTo(address)
				_, err := edit.In(d.Store).Edit(t.Context(), mine)
				mu.Lock()
				defer mu.Unlock()
				if err == nil {
					done++
				} else if assert.True(t, refused(err), "%v", err) {
					told++
				}
			})
		}
		people.Wait()
		assert.Equal(t, 1, done)
		assert.Equal(t, 1, told)
		assert.Equal(t, 1, d.count("SELECT count(*) FROM ghexport.revisions"))
	})
}

var errRule = errors.New("email must be an email address")

func isErr(want error) func(error) bool {
	return func(err error) bool { return errors.Is(err, want) }
}

func refused(err error) bool {
	var refused *store.RefusedError
	return errors.As(err, &refused)
}

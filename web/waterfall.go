package web

import (
	"net/http"
	"slices"
	"strings"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store/edit"
	"github.com/interviewing-io/greenhouse-export/store/query"
	"github.com/interviewing-io/greenhouse-export/store/search"
	"github.com/interviewing-io/greenhouse-export/wording"
)

// waterfall is an export's way from its commit to where it is, a line for each thing that it did, drawn on one scale of time.
type waterfall struct {
	Lines []waterLine
	Took  ledger.Seconds // all of them together
	Cut   int            // earlier attempts that are left out
}

// waterLine is one line: what it did, for how long, and its bar on the scale.
type waterLine struct {
	ledger.Stretch
	Says  string
	For   ledger.Seconds
	Bar   bar
	Class string
}

// The scale of the bars, in the units of their viewBox. What took a blink among hours is still to be seen.
const (
	waterWidth = 1000
	waterLeast = 6
)

// waterfallOf draws what an export did. Pure.
func waterfallOf(list []ledger.Stretch, cut int) waterfall {
	w := waterfall{Cut: max(0, cut)}
	if len(list) == 0 {
		return w
	}
	first, last := list[0].From, list[len(list)-1].To
	whole := max(last.Sub(first).Seconds(), 0.001)
	w.Took = ledger.Seconds(last.Sub(first).Seconds())
	for _, s := range list {
		wide := max(waterLeast, waterWidth*s.Took().Seconds()/whole)
		left := min(waterWidth*s.From.Sub(first).Seconds()/whole, waterWidth-wide)
		w.Lines = append(w.Lines, waterLine{
			Stretch: s, Says: wording.Stretch(s), For: ledger.Seconds(s.Took().Seconds()), Class: stretchClass(s),
			Bar: bar{X: coordinate(left), W: coordinate(wide)},
		})
	}
	return w
}

func stretchClass(s ledger.Stretch) string {
	switch {
	case s.Kind == ledger.StretchHeld:
		return "bad"
	case s.Kind == ledger.StretchAgain:
		return "warn"
	case s.Kind != ledger.StretchAttempt:
		return "none"
	case s.Lasts:
		return "info"
	case s.Outcome == ledger.OutcomeSent:
		return "good"
	case s.Outcome == ledger.OutcomeAgain:
		return "warn"
	}
	return "bad"
}

// fillWay adds to an export's page its way, and what people edited of it. What was there before is shown with the person alone.
func (k *console) fillWay(r *http.Request, page *exportPage, d *query.ExportDetail) error {
	way, err := query.In(k.Store).Way(r.Context(), d)
	if err != nil {
		return err
	}
	page.Way = waterfallOf(way.Stretches(), len(d.AttemptLog)-query.WayAttempts)
	page.Edits, err = query.In(k.Store).Edits(r.Context(), d.ID)
	if err == nil && page.Staff {
		return nil
	}
	for i := range page.Edits { // names of ours are ours
		page.Edits[i].Actor = "interviewing.io"
	}
	return err
}

// Edit is one edit as the page shows it: with what was there before, where the person is shown.
type editShown struct {
	query.EditedBody
	Changes []edit.FieldChange
}

// EditsShown are the edits with what each replaced, as far as whoever looks may see it.
func (p exportPage) EditsShown() (list []editShown) {
	next := p.Person
	for _, e := range p.Edits {
		one := editShown{EditedBody: e}
		if next != nil && e.Was != nil {
			one.Changes = differences(*e.Was, *next)
		}
		if p.Person != nil {
			next = e.Was
		}
		one.Was = nil
		list = append(list, one)
	}
	return list
}

// LaterChanges are the lines in which a newer note differs from the one that was sent.
func (p exportPage) LaterChanges() []edit.FieldChange {
	if p.Person == nil || p.Person.LaterNote == nil {
		return nil
	}
	return lines(p.Person.Note, *p.Person.LaterNote)
}

func differences(was, now search.Candidate) (list []edit.FieldChange) {
	for _, f := range []edit.FieldChange{
		{Field: "first name", Before: was.FirstName, After: now.FirstName}, {Field: "last name", Before: was.LastName, After: now.LastName},
		{Field: "email", Before: was.Email, After: now.Email}, {Field: "LinkedIn", Before: text(was.LinkedIn), After: text(now.LinkedIn)},
	} {
		if f.Before != f.After {
			list = append(list, f)
		}
	}
	return append(list, lines(was.Note, now.Note)...)
}

// lines are the lines that one text has and the other has not.
func lines(was, now string) (list []edit.FieldChange) {
	before, after := strings.Split(was, "\n"), strings.Split(now, "\n")
	for _, line := range before {
		if line != "" && !slices.Contains(after, line) {
			list = append(list, edit.FieldChange{Field: "note", Before: line})
		}
	}
	for _, line := range after {
		if line != "" && !slices.Contains(before, line) {
			list = append(list, edit.FieldChange{Field: "note", After: line})
		}
	}
	return list
}

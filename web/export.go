package web

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/store/access"
	"github.com/interviewing-io/greenhouse-export/store/query"
	"github.com/interviewing-io/greenhouse-export/store/search"
	"github.com/interviewing-io/greenhouse-export/web/auth"
	"github.com/interviewing-io/greenhouse-export/wording"
)

// exportPage is one export. Whom it is about is masked until somebody who may asks to be shown, which is recorded.
type exportPage struct {
	query.ExportRow
	Sentence      string
	Staff         bool // one of ours looks: a company sees neither our commands nor our names
	May           bool // whoever looks may act, and ask whom it is about
	Version       int64
	InterviewedAt time.Time
	Job           *string
	Newer         bool // a newer message waits
	Masked        *maskedPerson
	Person        *search.Candidate // nil until shown
	Edited        bool              // the words of a newer result are there to copy
	Siblings      []query.Sibling
	Events        []exportEvent
	AttemptLog    []query.AttemptRow
	Way           waterfall
	Edits         []query.EditedBody
	RiverJobID    *int64
	River         bool          // River UI is served
	Why           *ledger.Cause // its cause, or its company's; the runbook has a page of each
	Editable      bool          // it may go again with another name, email or LinkedIn
	Acts          []exportAct
	Commands      []string     // the same on the command line
	Done          string       // what was just done
	Wrong         string       // why what was asked was not done
	AtPerson      bool         // that was to be shown whom it is about
	List          string       // address of the list that it is in
	Track         *exportTrack // nil for one whose candidate is not followed
}

// exportTrack tells where the export's candidate stands, and how it came there.
type exportTrack struct {
	query.TrackRow
	Says    string
	Changes []query.Change
	Reasons []string // why Greenhouse may leave the candidate out; nil when it does not
}

// exchange is one attempt's request and answer.
type exchange struct {
	Attempt query.AttemptRow
	Person  *search.Candidate // nil while hidden
}

// exchanges set how many attempts show request and answer side by side.
const exchanges = 10

// Exchanges are the newest attempts, the newest first.
func (p exportPage) Exchanges() (list []exchange) {
	for i := len(p.AttemptLog) - 1; i >= 0 && len(list) < exchanges; i-- {
		list = append(list, exchange{p.AttemptLog[i], p.Person})
	}
	return list
}

// Next returns when the export goes again by itself; nil where it does not, or where its company may not send.
func (p exportPage) Next() *time.Time {
	if p.State != ledger.StatePending || p.Held != nil {
		return nil
	}
	return p.DueAt
}

// Moves says that the export goes on by itself, so that its page is worth looking at anew. What is shown of a person is not fetched again.
func (p exportPage) Moves() bool {
	return p.Person == nil && slices.Contains([]ledger.State{ledger.StatePending, ledger.StateQueued, ledger.StateSending}, p.State)
}

// maskedPerson tells that there is a person, and enough to recognise whom one knows already.
type maskedPerson struct {
	Name, Email string
}

// exportEvent is a line of the history as whoever looks may see it.
type exportEvent struct {
	At     time.Time
	What   string
	Who    string
	Reason string
	Class  string
}

func (k *console) export(w http.ResponseWriter, r *http.Request) {
	k.showExport(w, r, http.StatusOK, func(page *exportPage) { page.Done = actsDone[r.URL.Query().Get("done")] })
}

// showExport shows the export that the path names, as it stands now; edit puts the occasion into the page.
func (k *console) showExport(w http.ResponseWriter, r *http.Request, status int, edit func(*exportPage)) {
	id, err := position(r.PathValue("id"))
	if err != nil || id == 0 {
		k.refuse(w, r, http.StatusNotFound, "There is no such export.")
		return
	}
	d, err := query.In(k.Store).Show(r.Context(), id)
	if err != nil {
		k.missing(w, r, err)
		return
	}
	page := k.exportPage(r, d)
	if page.Track, err = k.exportTrack(r, id); err != nil {
		k.broken(w, r, err)
		return
	}
	if err := k.fillWay(r, &page, d); err != nil {
		k.broken(w, r, err)
		return
	}
	edit(&page)
	k.show(w, r, status, "export", "Export "+strconv.FormatInt(id, 10), page)
}

func (k *console) exportTrack(r *http.Request, id int64) (*exportTrack, error) {
	row, changes, err := query.In(k.Store).Track(r.Context(), id)
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	out := &exportTrack{TrackRow: row, Says: wording.Tracked(row.Ledger()), Changes: changes}
	if row.MissingSince != nil && row.Gone == ledger.EndNone {
		out.Reasons = wording.MissingReasons
	}
	return out, nil
}

func (k *console) exportPage(r *http.Request, d *query.ExportDetail) exportPage {
	p := auth.Who(r)
	page := exportPage{
		ExportRow: d.ExportRow, Sentence: wording.Standing(d.State, d.Cause, d.Held), Staff: p.Role.Staff(), May: mayFindPeople(r), Version: d.Version,
		InterviewedAt: d.InterviewedAt, Job: d.Job, Newer: d.HasNewerMessage, Edited: d.LaterNote != nil, Siblings: d.Siblings,
		AttemptLog: d.AttemptLog, Why: d.Cause, List: listAddress(p.Org),
	}
	if d.Held != nil {
		page.Why = d.Held
	}
	if d.Note != nil {
		page.Masked = &maskedPerson{Name: maskName(*d.FirstName, *d.LastName), Email: maskEmail(*d.Email)}
	}
	for _, event := range d.Timeline {
		page.Events = append(page.Events, eventFor(p, d.OrgID, event))
	}
	if page.May {
		page.Acts = actsFor(d, page.Staff)
		page.Editable = page.Staff && slices.Contains(ledger.Allowed(d.Ledger()), ledger.VerbEdit)
	}
	if page.Staff {
		page.Commands, page.RiverJobID, page.River = commands(d.Ledger()), d.RiverJobID, k.RiverUI != nil
	}
	return page
}

// eventFor leaves out of an event what whoever looks must not see: to a company, ours act as one, and their reasons are for us.
func eventFor(p auth.Principal, org string, event query.Event) exportEvent {
	out := exportEvent{At: event.At, What: sentenceCase(wording.Action(ledger.Action(event.What))), Class: eventClass(event.What)}
	if event.Who == nil {
		return out
	}
	name, own := strings.CutSuffix(*event.Who, " of "+org)
	switch {
	case p.Role.Staff() || own:
		out.Who = *event.Who
		if event.Reason != nil {
			out.Reason = *event.Reason
		}
		if own && !p.Role.Staff() {
			out.Who = name
		}
	case *event.Who != "ghexport":
		out.Who = "interviewing.io"
	}
	return out
}

func eventClass(what string) string {
	bad := []string{"it needs a look", "its company was held"}
	switch {
	case strings.HasPrefix(what, "it is in Greenhouse"), strings.HasPrefix(what, "its company could"):
		return "good"
	case slices.ContainsFunc(bad, func(beginning string) bool { return strings.HasPrefix(what, beginning) }):
		return "bad"
	}
	return ""
}

// maskName leaves the first letter of each word.
func maskName(names ...string) string {
	var masked []string
	for word := range strings.FieldsSeq(strings.Join(names, " ")) {
		first := []rune(word)[0]
		masked = append(masked, string(first)+"•••")
	}
	return strings.Join(masked, " ")
}

// maskEmail leaves the first letter and what follows the @.
func maskEmail(email string) string {
	local, domain, _ := strings.Cut(email, "@")
	if local == "" {
		return "•••"
	}
	return string([]rune(local)[0]) + "•••@" + domain
}

// exportOrg is the company of the export that the path names.
func (k *console) exportOrg(r *http.Request) (string, error) {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		return "", fmt.Errorf("export %q: %w", r.PathValue("id"), store.ErrNotFound)
	}
	return access.In(k.Store).ExportOrg(r.Context(), id)
}

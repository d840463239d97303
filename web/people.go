package web

import (
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store/query"
	"github.com/interviewing-io/greenhouse-export/web/auth"
	"github.com/interviewing-io/greenhouse-export/wording"
)

// peoplePage is what a company's recruiters see: who was interviewed with success, the notes, where each stands, and what waits and why.
// Nothing on it changes anything.
type peoplePage struct {
	Org   string
	Tabs  []navItem
	Base  string
	Staff bool   // one of ours looks, and sees no names
	Held  string // why nobody is added at present; empty where people are
	Lists []navItem
	Shown query.PeopleShown
	Rows  []personLine
	Older string
}

// personLine is one of the people.
type personLine struct {
	wording.PersonStanding
	ID            int64
	Name          string // empty where personal data is gone
	Tone          string
	Since         *time.Time // stands there since then
	Role          *string
	InterviewID   string
	InterviewedAt time.Time
	SentAt        *time.Time
	ProfileURL    *string
	Note          *string // nil for ours
	Edited        bool
	Withdrawn     bool
}

// peopleLists are the lists in the page's order.
var peopleLists = []struct {
	show query.PeopleShown
	text string
}{{"", "All"}, {query.PeopleThere, "In Greenhouse"}, {query.PeopleWaiting, "Waiting"}, {query.PeopleStuck, "Need somebody"}, {query.PeopleEnded, "Not added"}}

func (k *console) peopleRoutes() []route {
	return []route{allow(staff.andCompany().andRecruiters(), "GET /orgs/{org}/people", k.people)}
}

func (k *console) people(w http.ResponseWriter, r *http.Request) {
	org, q := r.PathValue("org"), r.URL.Query()
	page := peoplePage{Org: org, Tabs: companyTabs(r, org), Base: auth.PeopleHome(org), Staff: auth.Who(r).Role.Staff(), Shown: query.PeopleShown(q.Get("show"))}
	before, err := position(q.Get("before"))
	if err == nil && !page.Shown.Known() {
		err = badFilter("There is no such list.")
	}
	if err == nil {
		err = k.fillPeople(r, before, &page)
	}
	if err != nil {
		k.wrongFilter(w, r, err)
		return
	}
	k.show(w, r, http.StatusOK, "people", "People for "+org, page)
}

func (k *console) fillPeople(r *http.Request, before int64, page *peoplePage) error {
	held, err := k.Store.HoldFacts(r.Context(), page.Org)
	if err != nil {
		return err
	}
	if held != nil {
		page.Held = wording.HeldForRecruiters(held.Cause)
	}
	list, err := query.In(k.Store).People(r.Context(), query.PeopleFilter{Org: page.Org, Show: page.Shown, BeforeID: before, Limit: listed + 1})
	if err != nil {
		return err
	}
	for _, one := range peopleLists {
		page.Lists = append(page.Lists, navItem{Href: peopleAddress(page.Base, one.show, 0), Text: one.text, Current: one.show == page.Shown})
	}
	if len(list) > listed {
		list = list[:listed]
		page.Older = peopleAddress(page.Base, page.Shown, list[listed-1].ID)
	}
	var shown []int64
	for _, one := range list {
		line := personLineOf(one, page.Staff)
		if line.Name != "" && !page.Staff {
			shown = append(shown, one.ID)
		}
		page.Rows = append(page.Rows, line)
	}
	return k.looked(r, "people", shown)
}

func peopleAddress(base string, show query.PeopleShown, before int64) string {
	q := url.Values{}
	if show != "" {
		q.Set("show", string(show))
	}
	if before != 0 {
		q.Set("before", strconv.FormatInt(before, 10))
	}
	return withQuery(base, q)
}

// personLineOf puts one of the people into words. Ours see the first letters of the name, and no note.
func personLineOf(p query.Person, ours bool) personLine {
	line := personLine{
		PersonStanding: wording.OfPerson(p.Ledger()), ID: p.ID, Tone: string(p.State), Role: p.Role, InterviewID: p.InterviewID,
		InterviewedAt: p.InterviewedAt, SentAt: p.SentAt, ProfileURL: p.ProfileURL, Note: p.Note, Edited: p.Edited, Withdrawn: p.Withdrawn,
	}
	if p.Held != nil {
		line.Tone = "held"
	}
	if p.State == ledger.StateSent && p.Gone == nil && p.MissingSince == nil {
		line.Since = p.MovedAt
	}
	if p.First != nil && p.Last != nil {
		line.Name = *p.First + " " + *p.Last
	}
	if ours {
		line.Name, line.Note = maskName(line.Name), nil
	}
	return line
}

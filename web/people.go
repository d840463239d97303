package web

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store/query"
	"github.com/interviewing-io/greenhouse-export/web/auth"
	"github.com/interviewing-io/greenhouse-export/wording"
)

// peoplePage holds what a company's recruiters see: who was interviewed with success, the notes, where each stands, and what waits and why.
// Nothing on it changes anything; whoever may more makes links for recruiters there.
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
	Links bool // whoever looks may make links for recruiters
	Asks  bool // whoever looks may ask what is held about one of them
	Wrong string
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
	Flags         []string
}

// peopleLists are the lists in the page's order.
var peopleLists = []struct {
	show query.PeopleShown
	text string
}{{"", "All"}, {query.PeopleThere, "In Greenhouse"}, {query.PeopleWaiting, "Waiting"}, {query.PeopleStuck, "Need somebody"}, {query.PeopleEnded, "Not added"}}

func (k *console) peopleRoutes() []route {
	return []route{
		allow(staff.andCompany().andRecruiters(), "GET /orgs/{org}/people", k.people),
		allow(operators.andCompany(), "POST /orgs/{org}/people/link", k.linkRecruiter),
	}
}

func (k *console) people(w http.ResponseWriter, r *http.Request) {
	k.showPeople(w, r, http.StatusOK, "")
}

// linkRecruiter makes a link by which a recruiter comes to this page.
func (k *console) linkRecruiter(w http.ResponseWriter, r *http.Request) {
	reason, wrong := switchReason(r)
	whom := strings.TrimSpace(r.PostFormValue("for"))
	if wrong == "" && whom == "" {
		wrong = "Say for whom the link is: that name stands in the activity log."
	}
	refuse := func(wrong string) { k.showPeople(w, r, http.StatusUnprocessableEntity, wrong) }
	if wrong != "" {
		refuse(wrong)
		return
	}
	k.showLink(w, r, whom, auth.RoleRecruiter, reason, refuse)
}

// showPeople shows the page, with what is wrong with what was just asked for, if anything.
func (k *console) showPeople(w http.ResponseWriter, r *http.Request, status int, wrong string) {
	org, q := r.PathValue("org"), r.URL.Query()
	page := peoplePage{Org: org, Tabs: companyTabs(r, org), Base: auth.PeopleHome(org), Staff: auth.Who(r).Role.Staff(), Shown: query.PeopleShown(q.Get("show"))}
	page.Asks, page.Wrong = mayFindPeople(r), wrong
	page.Links = page.Asks && k.LinkSecret != ""
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
	k.show(w, r, status, "people", "People for "+org, page)
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
		Flags: p.Flags,
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

package web

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/store/query"
	"github.com/interviewing-io/greenhouse-export/store/search"
	"github.com/interviewing-io/greenhouse-export/web/auth"
	"github.com/interviewing-io/greenhouse-export/wording"
)

// decided sets how many decisions one page shows: each is a small form of its own.
const decided = 20

// decisionsPage holds what waits for a person to say what it is. Whom it is about a company's own admins see, since they must look for
// them in Greenhouse; ours ask to be shown, export by export.
type decisionsPage struct {
	Org    string // the company that the page is about; empty for all
	Tabs   []navItem
	Base   string
	Staff  bool
	May    bool
	State  ledger.State // only these; empty for both
	Kinds  []stateChip
	Cards  []decisionCard
	Policy string // the company's for second interviews; empty where the page is about all, or nobody connected it
	Next   string
	First  string
	Bulk   []bulkLink // what can be decided for all of them
	Done   string
	Wrong  string
}

// decisionCard is one export with what helps to decide it.
type decisionCard struct {
	query.Decision
	Person *search.Candidate // nil where it is hidden, or gone
	Masked *maskedPerson
	Acts   []exportAct
	Staff  bool
}

// Where an act on a list of decisions leads back to.
const (
	backDecisions = "decisions"
	backCompany   = "company"
)

// bulkLink leads to where all that match get one answer.
type bulkLink struct{ Href, Text string }

func (k *console) decisions(w http.ResponseWriter, r *http.Request) { k.listDecisions(w, r, "") }

func (k *console) companyDecisions(w http.ResponseWriter, r *http.Request) {
	k.listDecisions(w, r, r.PathValue("org"))
}

func decisionsAddress(org string) string {
	if org == "" {
		return "/decisions"
	}
	return auth.CompanyHome(org) + "/decisions"
}

func (k *console) listDecisions(w http.ResponseWriter, r *http.Request, org string) {
	q := r.URL.Query()
	filter, err := decisionsFilter(q, org)
	if err != nil {
		k.wrongFilter(w, r, err)
		return
	}
	page := decisionsPage{Org: org, Base: decisionsAddress(org), Staff: auth.Who(r).Role.Staff(), May: mayFindPeople(r), State: filter.State, Done: decidedWords(q)}
	if org != "" {
		page.Tabs = companyTabs(r, org)
	}
	list, more, err := query.In(k.Store).Decisions(r.Context(), filter, decided)
	if err == nil {
		back := backDecisions
		if org != "" {
			back = backCompany
		}
		page.Cards, err = k.cards(r, list, back)
	}
	if err == nil {
		err = k.decisionFrame(r.Context(), &page, filter, list, more)
	}
	if err != nil {
		k.wrongFilter(w, r, err)
		return
	}
	k.show(w, r, http.StatusOK, "decisions", "Decisions", page)
}

func decisionsFilter(q url.Values, org string) (store.Filter, error) {
	f := store.Filter{State: ledger.State(q.Get("state")), Org: org}
	if f.Org == "" {
		f.Org = q.Get("org")
	}
	if f.State != "" && f.State != ledger.StateUnknown && f.State != ledger.StateDuplicate {
		return f, badFilter("Only what is unknown, and possible duplicates, wait for a decision.")
	}
	var err error
	f.BeforeID, err = position(q.Get("after"))
	return f, err
}

// decisionFrame fills in what surrounds the list.
func (k *console) decisionFrame(ctx context.Context, page *decisionsPage, f store.Filter, list []query.Decision, more bool) error {
	at := func(state ledger.State, after int64) string {
		q := url.Values{}
		if state != "" {
			q.Set("state", string(state))
		}
		if page.Org == "" && f.Org != "" {
			q.Set("org", f.Org)
		}
		if after != 0 {
			q.Set("after", strconv.FormatInt(after, 10))
		}
		return withQuery(page.Base, q)
	}
	counts, err := query.In(k.Store).CountStates(ctx, f.Org, ledger.StateUnknown, ledger.StateDuplicate)
	if err != nil {
		return err
	}
	page.Kinds = []stateChip{{Href: at("", 0), Shown: f.State == ""}}
	for _, c := range counts {
		chip := stateChip{State: c.State, Count: wording.Number(c.Count), Href: at(c.State, 0), Shown: f.State == c.State}
		if c.More {
			chip.Count += "+"
		}
		page.Kinds = append(page.Kinds, chip)
		if page.May && c.Count > 1 && (f.State == "" || f.State == c.State) {
			page.Bulk = append(page.Bulk, bulkLinks(page.Base, f.Org, c, chip.Count)...)
		}
	}
	if more {
		page.Next = at(f.State, list[len(list)-1].ID)
	}
	if f.BeforeID != 0 {
		page.First = at(f.State, 0)
	}
	if f.Org == "" {
		return nil
	}
	company, err := k.Store.Integration(ctx, f.Org)
	if err == nil {
		page.Policy = company.SecondInterview
	} else if errors.Is(err, store.ErrNotFound) { // nobody connected it yet: there is nothing to set
		err = nil
	}
	return err
}

func bulkLinks(base, org string, c query.StateCount, n string) []bulkLink {
	var list []bulkLink
	texts := map[string]string{
		"absent": "Send all " + n + " in doubt again…", "skip": "Leave all " + n + "…", "create": "Create second profiles for all " + n + "…",
	}
	names := []string{"create", "skip"}
	if c.State == ledger.StateUnknown {
		names = []string{"absent", "skip"}
	}
	for _, name := range names {
		text := texts[name]
		if name == "skip" && c.State == ledger.StateUnknown {
			text = "Leave all " + n + " in doubt…"
		} else if name == "skip" {
			text = "Leave all " + n + " duplicates…"
		}
		q := url.Values{"answer": {name}, "state": {string(c.State)}}
		if org != "" && base == decisionsAddress("") {
			q.Set("org", org)
		}
		list = append(list, bulkLink{Href: withQuery(base+"/all", q), Text: text})
	}
	return list
}

// cards adds to each decision whom it is about, as far as whoever looks may see that unasked.
func (k *console) cards(r *http.Request, list []query.Decision, back string) ([]decisionCard, error) {
	ids := make([]int64, len(list))
	for i, d := range list {
		ids[i] = d.ID
	}
	people, err := search.In(k.Store).Candidates(r.Context(), ids)
	if err != nil {
		return nil, err
	}
	p := auth.Who(r)
	cards := make([]decisionCard, len(list))
	var shown []int64
	for i, d := range list {
		card := decisionCard{Decision: d, Staff: p.Role.Staff()}
		if person, known := people[d.ID]; known {
			card.Masked = &maskedPerson{Name: maskName(person.FirstName, person.LastName), Email: maskEmail(person.Email)}
			if p.Role == auth.RoleCompany && auth.MayOrg(r, d.OrgID) {
				card.Person = &person
				shown = append(shown, d.ID)
			}
		}
		if mayFindPeople(r) {
			card.Acts = actsFor(&query.ExportDetail{ExportRow: d.ExportRow, Unsettled: d.Unsettled}, card.Staff)
		}
		for n := range card.Acts {
			card.Acts[n].Back = back
		}
		cards[i] = card
	}
	return cards, k.looked(r, "decisions", shown)
}

// decidedWords says what was just decided, from the numbers in the address.
func decidedWords(q url.Values) string {
	number := func(name string) int64 { n, _ := strconv.ParseInt(q.Get(name), 10, 64); return n }
	switch answer := q.Get("done"); {
	case answer == "policy":
		return "Done: from now on the company's second interviews are decided like that. What waits already is decided with the next pass."
	case !slices.Contains([]string{"present", "absent", "skip", "create", "discard"}, answer):
		return ""
	default:
		words := map[string]string{"present": "found in Greenhouse", "absent": "to be sent again", "skip": "ended", "create": "to become second profiles", "discard": "discarded"}[answer]
		says := "Done: " + wording.Plural(number("n"), "export is", "exports are") + " " + words + "."
		if refused := number("refused"); refused > 0 {
			says += " " + wording.Plural(refused, "was", "were") + " passed over, because they changed meanwhile or may not be decided yet."
		}
		return says
	}
}

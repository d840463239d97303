package web

import (
	"net/http"
	"net/url"
	"strings"
	"unicode"

	"github.com/interviewing-io/greenhouse-export/jobs"
	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store/query"
	"github.com/interviewing-io/greenhouse-export/store/search"
	"github.com/interviewing-io/greenhouse-export/web/auth"
	"github.com/interviewing-io/greenhouse-export/wording"
)

// whyPage answers why somebody is in Greenhouse, or is not.
type whyPage struct {
	Org     string // of a company's page; empty for all
	Tabs    []navItem
	Base    string
	Staff   bool
	People  bool // it may be asked by email
	Q       string
	ByEmail bool
	List    []whyAnswer // nil until asked
	Nobody  bool        // asked by an email by which no export is known
}

// whyAnswer holds what there is to say about one interview.
type whyAnswer struct {
	wording.Explanation
	Decide bool // it waits for a decision
}

func (k *console) why(w http.ResponseWriter, r *http.Request) {
	k.explain(w, r, "", r.URL.Query().Get("q"))
}

func (k *console) companyWhy(w http.ResponseWriter, r *http.Request) {
	k.explain(w, r, r.PathValue("org"), r.URL.Query().Get("q"))
}

// askWhy takes the form: an interview gets an address that can be passed on, and an email none, since it is a person's.
func (k *console) askWhy(w http.ResponseWriter, r *http.Request) { k.postWhy(w, r, "") }

func (k *console) askCompanyWhy(w http.ResponseWriter, r *http.Request) {
	k.postWhy(w, r, r.PathValue("org"))
}

func (k *console) postWhy(w http.ResponseWriter, r *http.Request, org string) {
	if err := r.ParseForm(); err != nil {
		k.refuse(w, r, http.StatusBadRequest, "The form cannot be read.")
		return
	}
	q := strings.TrimSpace(r.PostForm.Get("q"))
	if strings.Contains(q, "@") {
		k.explain(w, r, org, q)
		return
	}
	http.Redirect(w, r, withQuery(whyAddress(org), url.Values{"q": {q}}), http.StatusSeeOther)
}

func whyAddress(org string) string {
	if org == "" {
		return "/why"
	}
	return auth.CompanyHome(org) + "/why"
}

// explain asks by email where the text can be one and whoever asks may; the ids of interviews may hold an @, too.
func (k *console) explain(w http.ResponseWriter, r *http.Request, org, q string) {
	q = strings.TrimFunc(q, func(r rune) bool { return unicode.IsSpace(r) || jobs.Invisible(r) })
	page := whyPage{Org: org, Base: whyAddress(org), Staff: auth.Who(r).Role.Staff(), People: mayFindPeople(r) && k.Digests != nil, Q: q}
	if org != "" {
		page.Tabs = companyTabs(r, org)
	}
	var list []ledger.WhyFacts
	var err error
	if emails := jobs.Emails(q); page.People && len(emails) > 0 {
		page.ByEmail = true
		list, err = k.whyEmails(r, org, emails)
	}
	if err == nil && q != "" && len(list) == 0 {
		list, err = k.whyID(r, org, q, page.People)
		page.Nobody = page.ByEmail && len(list) == 1 && list[0].Unknown()
	}
	if err != nil {
		k.broken(w, r, err)
		return
	}
	for _, e := range wording.Explain(list) {
		waits := e.State != nil && (*e.State == ledger.StateUnknown || *e.State == ledger.StateDuplicate)
		page.List = append(page.List, whyAnswer{e, waits})
	}
	k.show(w, r, http.StatusOK, "why", "Why is somebody not in Greenhouse?", page)
}

// whyEmails asks by each address, and records that somebody looked for people.
func (k *console) whyEmails(r *http.Request, org string, emails []string) ([]ledger.WhyFacts, error) {
	var all []ledger.WhyFacts
	for _, email := range emails {
		list, err := query.In(k.Store).WhyEmail(r.Context(), org, k.Digests.Email(email))
		if err != nil {
			return nil, err
		}
		all = append(all, list...)
	}
	return all, search.In(k.Store).RecordSearch(r.Context(), org, explained(all), auth.By(r, ""))
}

// whyID asks by the producer's id of an interview, then of a candidate. Who may not look for people finds nobody by an address.
func (k *console) whyID(r *http.Request, org, q string, people bool) ([]ledger.WhyFacts, error) {
	list, err := query.In(k.Store).Why(r.Context(), org, q)
	if err != nil || len(list) != 1 || !list[0].Unknown() || !people && strings.Contains(q, "@") {
		return list, err
	}
	var digest []byte
	if people && k.Digests != nil {
		digest = k.Digests.Candidate(q)
	}
	of, err := query.In(k.Store).WhyCandidate(r.Context(), org, q, digest)
	if err != nil || len(of) > 0 {
		return of, err
	}
	return list, nil
}

func explained(list []ledger.WhyFacts) []int64 {
	ids := []int64{}
	for _, e := range list {
		if e.ID != nil {
			ids = append(ids, *e.ID)
		}
	}
	return ids
}

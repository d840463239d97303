package web

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/interviewing-io/greenhouse-export/jobs"
	"github.com/interviewing-io/greenhouse-export/ledger"
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
	Nobody  bool        // asked by an email with which nobody ever qualified
}

// whyAnswer is what there is to say about one interview.
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
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
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
	return companyHome(org) + "/why"
}

// explain asks by email where the text can be one and whoever asks may; the ids of interviews may hold an @, too.
func (k *console) explain(w http.ResponseWriter, r *http.Request, org, q string) {
	q = strings.TrimSpace(q)
	page := whyPage{Org: org, Base: whyAddress(org), Staff: who(r).role.staff(), People: mayFindPeople(r) && k.Digests != nil, Q: q}
	if org != "" {
		page.Tabs = companyTabs(r, org)
	}
	var list []ledger.WhyFacts
	var err error
	if page.People && strings.Contains(q, "@") {
		page.ByEmail = true
		if list, err = k.Store.WhyEmail(r.Context(), org, k.Digests.Email(jobs.PastedEmail(q))); err == nil {
			err = k.Store.RecordSearch(r.Context(), org, explained(list), by(r, ""))
		}
	}
	if err == nil && q != "" && len(list) == 0 {
		list, err = k.Store.Why(r.Context(), org, q)
		page.Nobody = page.ByEmail && len(list) == 1 && list[0].State == nil
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

func explained(list []ledger.WhyFacts) []int64 {
	ids := []int64{}
	for _, e := range list {
		if e.ID != nil {
			ids = append(ids, *e.ID)
		}
	}
	return ids
}

package web

import (
	"net/http"
	"net/url"
	"strings"
	"unicode"

	"github.com/interviewing-io/greenhouse-export/jobs"
	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/store/search"
	"github.com/interviewing-io/greenhouse-export/web/auth"
)

// searchedPage shows what a search for everything found. Its address names exports, companies and interviews, and by what they were
// found; what was typed, which may be a person's, is in no address.
type searchedPage struct {
	Org       string // of a company's page; empty for all
	Tabs      []navItem
	Base      string
	People    bool // names and emails are searched
	Asked     bool // there was a search
	Near      string
	Says      string
	Cut       bool
	Rows      []foundLine
	Companies []string
	Messages  []string // companies
	Interview string   // of those messages
}

// foundLine is an export that was found, and by what.
type foundLine struct {
	exportLine
	By ledger.Match
}

func searchAddress(org string) string {
	if org == "" {
		return "/search"
	}
	return auth.CompanyHome(org) + "/search"
}

// searchAt returns where whoever asks may search: ours everywhere, a company's admin within the company, its recruiters nowhere.
func searchAt(p auth.Principal) string {
	switch p.Role {
	case auth.RoleCompany:
		return searchAddress(p.Org)
	case auth.RoleRecruiter:
		return ""
	default:
		return searchAddress("")
	}
}

// nearOf is the company that a page of ours is about: a name that is found nowhere else is looked for there.
func nearOf(r *http.Request) string {
	if !auth.Who(r).Role.Staff() {
		return ""
	}
	return r.PathValue("org")
}

func (k *console) searchEverything(w http.ResponseWriter, r *http.Request) {
	k.postEverything(w, r, "")
}

func (k *console) searchOfCompany(w http.ResponseWriter, r *http.Request) {
	k.postEverything(w, r, r.PathValue("org"))
}

func (k *console) postEverything(w http.ResponseWriter, r *http.Request, org string) {
	if err := r.ParseForm(); err != nil {
		k.refuse(w, r, http.StatusBadRequest, "The form cannot be read.")
		return
	}
	text := strings.TrimFunc(r.PostForm.Get("q"), func(c rune) bool { return unicode.IsSpace(c) || jobs.Invisible(c) })
	near := strings.TrimSpace(r.PostForm.Get("org"))
	if org != "" {
		near = ""
	}
	if text == "" {
		http.Redirect(w, r, withQuery(searchAddress(org), url.Values{}), http.StatusSeeOther)
		return
	}
	found, err := k.lookup(r, org, near, text)
	if err != nil {
		k.wrongFilter(w, r, err)
		return
	}
	http.Redirect(w, r, withQuery(searchAddress(org), foundQuery(found, near, text)), http.StatusSeeOther)
}

// lookup searches at a company, or everywhere and then for a name at the company that is near.
func (k *console) lookup(r *http.Request, org, near, text string) (search.Looked, error) {
	q := search.Search{Filter: store.Filter{Org: org}, Text: text, People: mayFindPeople(r), By: auth.By(r, "")}
	if q.People && k.Digests != nil {
		q.CandidateDigest = k.Digests.Candidate(text)
		if emails := jobs.Emails(text); len(emails) > 0 {
			q.EmailDigest = k.Digests.Email(emails[0])
		}
	}
	found, err := search.In(k.Store).Lookup(r.Context(), q)
	if err != nil || near == "" || len(found.By)+len(found.Companies)+len(found.Messages) > 0 {
		return found, err
	}
	q.Filter.Org = near
	return search.In(k.Store).Lookup(r.Context(), q)
}

// foundQuery writes what was found into an address.
func foundQuery(found search.Looked, near, text string) url.Values {
	q := url.Values{"asked": {"1"}}
	for by, ids := range found.By {
		q.Set("by."+string(by), dotted(ids))
	}
	for _, org := range found.Companies {
		q.Add("company", org)
	}
	if len(found.Messages) > 0 {
		q["message"] = found.Messages
		q.Set("interview", text) // that it is one is known now
	}
	if near != "" {
		q.Set("org", near)
	}
	if found.Cut {
		q.Set("cut", "1")
	}
	return q
}

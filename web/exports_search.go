package web

import (
	"net/http"
	"slices"
	"strings"

	"github.com/interviewing-io/greenhouse-export/store/search"
	"github.com/interviewing-io/greenhouse-export/web/auth"
	"github.com/interviewing-io/greenhouse-export/wording"
)

// mayFindPeople says whether whoever asks may search for a person: those of ours who act, and a company's admins at their company.
func mayFindPeople(r *http.Request) bool {
	return slices.Contains([]auth.Role{auth.RoleOncall, auth.RoleAdmin, auth.RoleCompany}, auth.Who(r).Role)
}

// searchExports takes the search form. It is a POST, so that the name or address of a person does not come to stand in a browser's
// history or a proxy's log; it leads to an address that names what was found.
func (k *console) searchExports(w http.ResponseWriter, r *http.Request) { k.postSearch(w, r, "") }

func (k *console) searchCompany(w http.ResponseWriter, r *http.Request) {
	k.postSearch(w, r, r.PathValue("org"))
}

func (k *console) postSearch(w http.ResponseWriter, r *http.Request, org string) {
	if err := r.ParseForm(); err != nil {
		k.refuse(w, r, http.StatusBadRequest, "The form cannot be read.")
		return
	}
	form, err := readFilter(r.PostForm, org)
	if err == nil && form.Q != "" {
		form.Found, form.After, form.Before = "", 0, 0
		var found search.Found
		if found, err = k.search(r, form); err == nil && found.People {
			form.Q, form.Found = "", dotted(found.IDs)
			if len(found.IDs) == 0 {
				form.Found = "." // a search that found nobody, which is not the same as none
			}
		}
	}
	if err != nil {
		k.wrongFilter(w, r, err)
		return
	}
	http.Redirect(w, r, withQuery(listAddress(org), form.query(org == "")), http.StatusSeeOther)
}

// search looks for what the filter's text may mean to whoever asks.
func (k *console) search(r *http.Request, form exportsFilter) (search.Found, error) {
	filter, err := form.store()
	if err != nil {
		return search.Found{}, err
	}
	filter.AfterID, filter.BeforeID = 0, 0
	q := search.Search{Filter: filter, Text: form.Q, People: mayFindPeople(r), By: auth.By(r, "")}
	if q.People && k.Digests != nil && strings.Contains(form.Q, "@") {
		q.EmailDigest = k.Digests.Email(form.Q)
	}
	return search.In(k.Store).Find(r.Context(), q)
}

// searched says what a search did and did not do.
func searched(form exportsFilter, found search.Found, people bool) string {
	says := "Searched for “" + form.Q + "”: " + wording.Plural(int64(len(found.IDs)), "export", "exports") + "."
	switch {
	case found.Cut:
		says += " A part of an id, or a name, is looked for among the newest " + wording.Number(search.SearchDepth) + " only, and at most " + wording.Number(search.SearchFound) + " are shown."
	case len(found.IDs) == 0 && people && form.Org == "":
		says += " To search by name, choose a company; an email must be whole."
	case len(found.IDs) == 0 && !people:
		says += " It was looked for in the ids of interviews and candidates; names and emails are for those on call."
	}
	return says
}

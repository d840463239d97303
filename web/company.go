package web

import (
	"errors"
	"net/http"

	"github.com/interviewing-io/greenhouse-export/store"
)

// companyPage says which company this is, and whether its exports leave.
type companyPage struct {
	Org       string
	Connected bool
	Held      *store.Cause // why nothing leaves; nil when it does
}

func (k *console) company(w http.ResponseWriter, r *http.Request) {
	page := companyPage{Org: r.PathValue("org")}
	company, err := k.Store.Integration(r.Context(), page.Org)
	switch {
	case err == nil:
		page.Connected, page.Held = company.KeyLast5 != nil, company.Held
	case !errors.Is(err, store.ErrNotFound): // one that nobody has connected yet is a company all the same
		k.broken(w, r, err)
		return
	}
	k.show(w, r, http.StatusOK, "company", page.Org, page)
}

package api

import (
	"net/http"
	"strings"

	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/web/auth"
)

// links are a company's jobs with their tracking links.
type links struct {
	List    []store.JobLink     `json:"list"`
	Refused []store.RefusedLink `json:"refused,omitempty"` // of what was just asked for
}

// Links answers with a company's jobs and their tracking links, and asks Greenhouse nothing.
func (a *API) Links(w http.ResponseWriter, r *http.Request) { a.showLinks(w, r, nil) }

// MakeLinks has Greenhouse make tracking links. Where it refused all of them, the answer is 422 with its words.
func (a *API) MakeLinks(w http.ResponseWriter, r *http.Request) {
	var c change
	var jobs []int64
	again := false
	if !fields(w, r, func(read *reader) {
		c.because(read)
		field(read, "job_ids", "a list of whole numbers", func(ids []int64) { jobs = ids })
		field(read, "again", "true or false", func(anew bool) { again = anew })
	}) {
		return
	}
	made, err := a.Greenhouse.MakeLinks(r.Context(), r.PathValue("org"), jobs, again, auth.By(r, c.reason))
	switch {
	case err != nil:
		a.fail(w, r, err)
	case len(made.Made) == 0 && len(made.Refused) > 0:
		refuse(w, http.StatusUnprocessableEntity, strings.TrimSpace(made.Refused[0].Says+" "+made.Refused[0].Hint))
	default:
		a.showLinks(w, r, made.Refused)
	}
}

func (a *API) showLinks(w http.ResponseWriter, r *http.Request, refused []store.RefusedLink) {
	org := r.PathValue("org")
	list, err := a.Store.JobLinks(r.Context(), org)
	if err != nil {
		a.fail(w, r, err)
		return
	}
	if !auth.Who(r).Role.Staff() {
		for _, l := range list {
			if l.Link != nil {
				l.Link.MadeBy = *ofCompany(org, &l.Link.MadeBy)
			}
		}
	}
	answer(w, http.StatusOK, links{List: list, Refused: refused})
}

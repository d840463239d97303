package web

import (
	"errors"
	"net/http"
	"strconv"

	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/web/api"
	"github.com/interviewing-io/greenhouse-export/web/auth"
)

// linksPanel is the company's open jobs with their tracking links, on its page of settings.
type linksPanel struct {
	Org     string
	May     bool
	List    []store.JobLink
	Lacking int // open jobs without a link of the present "Created by" user's
	Done    bool
	Refused []refusedJob // of what was just asked for
	Problem string
}

// refusedJob is a job that got no link, by its name.
type refusedJob struct {
	store.RefusedLink
	Job string
}

// readLinks shows what is known, and asks Greenhouse nothing.
func (k *console) readLinks(r *http.Request, p *settingsPage) error {
	list, err := k.Store.JobLinks(r.Context(), p.Org)
	if errors.Is(err, store.ErrNotFound) || err == nil && len(list) == 0 {
		return nil
	}
	panel := &linksPanel{Org: p.Org, May: p.May, List: list, Done: r.URL.Query().Get("done") == "links"}
	for _, l := range list {
		if l.Open && (l.Link == nil || !l.Link.Current) {
			panel.Lacking++
		}
	}
	p.Links = panel
	return err
}

// makeLinks has Greenhouse make the link of a job, or of each that lacks one.
func (k *console) makeLinks(w http.ResponseWriter, r *http.Request) {
	var jobs []int64
	if text := r.PostFormValue("job"); text != "" {
		id, err := strconv.ParseInt(text, 10, 64)
		if err != nil || id <= 0 {
			k.refuse(w, r, http.StatusBadRequest, "That was no form of this page.")
			return
		}
		jobs = []int64{id}
	}
	made, err := k.Greenhouse.MakeLinks(r.Context(), r.PathValue("org"), jobs, r.PostFormValue("again") == "yes", auth.By(r, ""))
	var tooOften *api.TooOftenError
	switch {
	case err != nil && !errors.Is(err, store.ErrNotFound) && !errors.As(err, &tooOften):
		k.broken(w, r, err)
		return
	case err == nil && len(made.Refused) == 0:
		http.Redirect(w, r, auth.CompanyHome(r.PathValue("org"))+"/settings?done=links", http.StatusSeeOther)
		return
	}
	page, problem := k.readSettings(r)
	if problem != nil {
		k.broken(w, r, problem)
		return
	}
	if page.Links == nil { // no job is known
		page.Links = &linksPanel{Org: page.Org, May: page.May}
	}
	status := http.StatusUnprocessableEntity
	if errors.Is(err, store.ErrNotFound) {
		status, page.Links.Problem = http.StatusConflict, "Nobody has connected this company yet, so there is nobody to make links."
	}
	if tooOften != nil {
		tooOften.SetRetryAfter(w)
		status, page.Links.Problem = http.StatusTooManyRequests, tooOften.Error()
	}
	page.Links.refuse(made.Refused)
	k.showSettings(w, r, status, page)
}

// refuse names the jobs that got no link.
func (p *linksPanel) refuse(refused []store.RefusedLink) {
	names := map[int64]string{}
	for _, l := range p.List {
		names[l.JobID] = l.Job
	}
	for _, one := range refused {
		name := names[one.JobID]
		if name == "" {
			name = "Job " + strconv.FormatInt(one.JobID, 10)
		}
		p.Refused = append(p.Refused, refusedJob{one, name})
	}
}

package web

import (
	"html/template"
	"net/http"
	"net/url"

	"github.com/interviewing-io/greenhouse-export/store/access"
	"github.com/interviewing-io/greenhouse-export/web/auth"
	"github.com/interviewing-io/greenhouse-export/wording"
)

// sessionsShown sets how many sessions, and links, one page lists.
const sessionsShown = 200

// sessionsPage lists who is logged in, and who may come in by a link; ending is of what is listed.
type sessionsPage struct {
	access.SessionList
	Filter access.SessionFilter
	Whose  string // what would be ended, in words
	Done   string
	Wrong  string
}

// listSessions shows all, or a person's or a company's.
func (k *console) listSessions(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	k.showSessions(w, r, http.StatusOK, sessionsPage{Filter: access.SessionFilter{Name: q.Get("name"), Org: q.Get("org")}, Done: endedSentence(q.Get("ended"))})
}

func (k *console) showSessions(w http.ResponseWriter, r *http.Request, status int, page sessionsPage) {
	var err error
	if page.SessionList, err = access.In(k.Store).Sessions(r.Context(), page.Filter, k.Now(), auth.SessionIdle, sessionsShown); err != nil {
		k.broken(w, r, err)
		return
	}
	page.Whose = whoseSessions(page.Filter)
	k.show(w, r, status, "sessions", "Sessions", page)
}

// endSessions ends what the form's filter names. It may be the sender's own session, too.
func (k *console) endSessions(w http.ResponseWriter, r *http.Request) {
	reason, wrong := reasonOf(r)
	f := access.SessionFilter{Name: r.PostFormValue("name"), Org: r.PostFormValue("org")}
	if wrong == "" && f == (access.SessionFilter{}) && r.PostFormValue("all") != "yes" {
		wrong = "Say whose: tick that everybody is meant, or choose a person or a company first. Nothing was ended."
	}
	if wrong != "" {
		k.showSessions(w, r, http.StatusUnprocessableEntity, sessionsPage{Filter: f, Wrong: wrong})
		return
	}
	ended, err := access.In(k.Store).EndSessions(r.Context(), f, auth.By(r, reason), k.Now(), auth.SessionIdle, false)
	if err != nil {
		k.broken(w, r, err)
		return
	}
	done := "some"
	if ended == (access.EndedSessions{}) {
		done = "none"
	}
	http.Redirect(w, r, withQuery("/sessions", url.Values{"ended": {done}}), http.StatusSeeOther)
}

func endedSentence(done string) string {
	return map[string]string{"some": "Ended.", "none": "There was nothing to end."}[done]
}

// whoseSessions says whom a filter names.
func whoseSessions(f access.SessionFilter) string {
	switch {
	case f.Name != "" && f.Org != "":
		return f.Name + " of " + f.Org
	case f.Org != "":
		return "all people of " + f.Org
	case f.Name != "":
		return f.Name
	}
	return "everybody"
}

// Ends says what ending would end.
func (p sessionsPage) Ends() string {
	if p.More {
		return "all of these, and more"
	}
	return wording.Plural(int64(len(p.Sessions)), "session", "sessions") + " and " + wording.Plural(int64(len(p.Links)), "link", "links")
}

// sessionFuncs are the functions of the page.
var sessionFuncs = template.FuncMap{"sessionsOf": sessionsAddress}

// sessionsAddress is the page about one person or company. Org is text, or a pointer to it that may be nil.
func sessionsAddress(name string, org any) string {
	q := url.Values{}
	if name != "" {
		q.Set("name", name)
	}
	if of, is := org.(*string); is && of != nil {
		org = *of
	}
	if of, is := org.(string); is && of != "" {
		q.Set("org", of)
	}
	return withQuery("/sessions", q)
}

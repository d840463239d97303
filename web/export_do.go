package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/store/search"
	"github.com/interviewing-io/greenhouse-export/web/api"
	"github.com/interviewing-io/greenhouse-export/web/auth"
)

// reveal shows an export with whom it is about, and records who looked. It answers a POST with the page itself, so that no address
// shows a person twice.
func (k *console) reveal(w http.ResponseWriter, r *http.Request) {
	reason, wrong := k.reason(w, r)
	id, err := position(r.PathValue("id"))
	if wrong != "" || err != nil {
		k.showExport(w, r, http.StatusUnprocessableEntity, func(page *exportPage) { page.Wrong, page.AtPerson = wrong, true })
		return
	}
	person, err := search.In(k.Store).Reveal(r.Context(), id, auth.By(r, reason))
	switch {
	case errors.Is(err, store.ErrNotFound):
		k.showExport(w, r, http.StatusConflict, func(page *exportPage) {
			page.Wrong, page.AtPerson = "There is nothing to show: its personal data is gone, or never came.", true
		})
	case err != nil:
		k.broken(w, r, err)
	default:
		k.showExport(w, r, http.StatusOK, func(page *exportPage) { page.Person = &person })
	}
}

// reason reads a form and the reason in it, which ours must give.
func (k *console) reason(w http.ResponseWriter, r *http.Request) (reason, wrong string) {
	if err := r.ParseForm(); err != nil {
		return "", "The form cannot be read, so nothing was done."
	}
	reason = strings.TrimSpace(r.PostForm.Get("reason"))
	if reason == "" && auth.Who(r).Role.Staff() {
		return "", "Say why, for whoever asks later. Nothing was done yet."
	}
	return reason, ""
}

func (k *console) replayExport(w http.ResponseWriter, r *http.Request) {
	k.act(w, r, "replay", func(ctx context.Context, id int64, by store.By) error {
		return one(k.Store.Replay(ctx, store.ReplayRequest{Request: request(id, by)}))
	})
}

func (k *console) discardExport(w http.ResponseWriter, r *http.Request) {
	k.act(w, r, "discard", func(ctx context.Context, id int64, by store.By) error {
		return one(k.Store.Discard(ctx, request(id, by)))
	})
}

// resolveExport takes the answer that only a person can give.
func (k *console) resolveExport(w http.ResponseWriter, r *http.Request) {
	r.ParseForm() //nolint:errcheck // act reads it once more, and tells
	answer := r.PostForm.Get("answer")
	if answer != "present" && resolvers[answer] == nil {
		k.showExport(w, r, http.StatusUnprocessableEntity, func(page *exportPage) { page.Wrong = "That is no answer. Nothing was done." })
		return
	}
	k.act(w, r, answer, func(ctx context.Context, id int64, by store.By) error {
		if answer != "present" {
			return one(resolvers[answer](k.Store, ctx, request(id, by)))
		}
		profile, err := store.ParseProfileURL(r.PostForm.Get("url"), k.Simulated)
		if err != nil {
			return badFilter(fmt.Sprintf("That is no profile in Greenhouse: %s. Open the candidate there and copy the address of the page, such as https://app.greenhouse.io/people/17?application_id=18.", err))
		}
		_, err = k.Greenhouse.Present(ctx, id, profile, r.PostForm.Get("anyway") == "yes", by)
		return err
	})
}

// resolvers are the answers that many exports can get at once.
var resolvers = map[string]func(*store.Store, context.Context, store.Request) (store.Result, error){
	"absent": (*store.Store).ResolveAbsent, "skip": (*store.Store).ResolveSkip, "create": (*store.Store).ResolveCreate,
}

// bulkResolvers hold what ours can do to many at once: those answers, and ending what nobody wants sent.
var bulkResolvers = map[string]func(*store.Store, context.Context, store.Request) (store.Result, error){
	"absent": resolvers["absent"], "skip": resolvers["skip"], "create": resolvers["create"], "discard": (*store.Store).Discard,
}

// act does something to the export that the path names, and leads to its page. Whoever sends a form twice is told that it is done.
func (k *console) act(w http.ResponseWriter, r *http.Request, name string, do func(context.Context, int64, store.By) error) {
	reason, wrong := k.reason(w, r)
	id, err := position(r.PathValue("id"))
	if err == nil && wrong == "" {
		err = do(r.Context(), id, auth.By(r, reason))
	}
	var refused *store.RefusedError
	var mismatch *store.MismatchError
	var bad badFilter
	var tooOften *api.TooOftenError
	status := http.StatusUnprocessableEntity
	switch {
	case wrong != "":
	case errors.As(err, &bad):
		wrong = string(bad)
	case errors.As(err, &tooOften):
		tooOften.SetRetryAfter(w)
		status, wrong = http.StatusTooManyRequests, tooOften.Error()+" Nothing was done."
	case errors.As(err, &refused):
		status, wrong = http.StatusConflict, fmt.Sprintf("Nothing was done, because it is %s now: %s.", refused.State, refused.Because)
	case errors.As(err, &mismatch):
		status, wrong = http.StatusConflict, "Nothing was done: "+mismatch.Because+". Look once more; if it is them all the same, say so below."
	case errors.Is(err, store.ErrNotFound):
		k.missing(w, r, err)
		return
	case err != nil:
		k.broken(w, r, err)
		return
	default:
		k.afterAct(w, r, name)
		return
	}
	k.showExport(w, r, status, func(page *exportPage) {
		page.Wrong = wrong
		for i := range page.Acts {
			page.Acts[i].Anyway = mismatch != nil && page.Acts[i].URL
		}
	})
}

// afterAct leads to the list that the form stood in, or to the export.
func (k *console) afterAct(w http.ResponseWriter, r *http.Request, name string) {
	done := url.Values{"done": {name}}
	switch r.PostForm.Get("back") {
	case backDecisions:
		done.Set("n", "1")
		http.Redirect(w, r, withQuery(decisionsAddress(""), done), http.StatusSeeOther)
	case backCompany:
		org, err := k.exportOrg(r)
		if err != nil {
			k.missing(w, r, err)
			return
		}
		done.Set("n", "1")
		http.Redirect(w, r, withQuery(decisionsAddress(org), done), http.StatusSeeOther)
	default:
		http.Redirect(w, r, withQuery("/exports/"+r.PathValue("id"), done), http.StatusSeeOther)
	}
}

func request(id int64, by store.By) store.Request {
	return store.Request{Filter: store.Filter{IDs: []int64{id}}, By: by}
}

// one is the error of a verb that concerned one export.
func one(result store.Result, err error) error {
	if problems := result.Problems(); err == nil && len(problems) > 0 {
		return problems[0]
	}
	return err
}

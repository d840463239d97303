package web

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/store/query"
	"github.com/interviewing-io/greenhouse-export/web/auth"
)

// deadPage is the dead letters by what they died of.
type deadPage struct {
	Groups    []deadGroup
	Letters   int64
	Org       string
	Cause     ledger.Cause
	Causes    []ledger.Cause // of dead letters, for the filter
	Acts      bool           // whoever looks may do something about them
	Discarded int            // by the request before this one
	Wrong     string         // why what was asked was not done
	Of        string         // the fingerprint of the group that it was asked for
	Reason    string         // as it was typed
}

type deadGroup struct {
	query.DeadGroup
	Spark spark
	More  int64  // companies beside those named
	Plan  string // address of the plan to replay it
	List  string // address of its letters, as far as the list can tell them apart
}

// Has says whether a group is on the page.
func (p deadPage) Has(fingerprint string) bool {
	return slices.ContainsFunc(p.Groups, func(g deadGroup) bool { return g.Fingerprint == fingerprint })
}

func (k *console) deadRoutes() []route {
	return []route{
		allow(staff, "GET /dead", k.dead),
		allow(operators, "POST /dead/discard", k.discardGroup),
	}
}

func (k *console) dead(w http.ResponseWriter, r *http.Request) {
	k.showDead(w, r, http.StatusOK, r.URL.Query(), "")
}

// showDead shows the dead letters that q selects, with why what was asked for a group was not done, if anything.
func (k *console) showDead(w http.ResponseWriter, r *http.Request, status int, q url.Values, wrong string) {
	page := deadPage{Org: q.Get("org"), Cause: ledger.Cause(q.Get("cause")), Causes: ledger.DeadCauses, Acts: mayAct(r), Wrong: wrong, Of: q.Get("fingerprint"), Reason: q.Get("reason")}
	page.Discarded, _ = strconv.Atoi(q.Get("discarded"))
	if page.Cause != "" && !slices.Contains(ledger.DeadCauses, page.Cause) {
		k.refuse(w, r, http.StatusBadRequest, "Nothing dies of that.")
		return
	}
	groups, err := query.In(k.Store).DeadGroups(r.Context(), store.Filter{Org: page.Org, Cause: page.Cause})
	if err != nil {
		k.broken(w, r, err)
		return
	}
	for _, g := range groups {
		page.Letters += g.Count
		filter := url.Values{"fingerprint": {g.Fingerprint}}
		list := url.Values{"state": {string(ledger.StateDead)}, "cause": {string(g.Cause)}}
		if page.Org != "" {
			filter.Set("org", page.Org)
			list.Set("org", page.Org)
		}
		page.Groups = append(page.Groups, deadGroup{
			DeadGroup: g, Spark: sparkOf(g.Trend), More: g.Companies - int64(len(g.Orgs)), Plan: "/runs/new?" + filter.Encode(), List: "/exports?" + list.Encode(),
		})
	}
	k.show(w, r, status, "dead", "Dead letters", page)
}

// mayAct says whether whoever sends the request is one of those of ours who act.
func mayAct(r *http.Request) bool { return slices.Contains(operators.roles, auth.Who(r).Role) }

// discardGroup ends the letters of one group, exactly as many as the button named.
func (k *console) discardGroup(w http.ResponseWriter, r *http.Request) {
	reason, wrong := reasonOf(r)
	if wrong != "" {
		k.showDead(w, r, http.StatusUnprocessableEntity, r.PostForm, wrong+" Nothing was changed.")
		return
	}
	f := store.Filter{Fingerprint: r.PostFormValue("fingerprint"), Org: r.PostFormValue("org")}
	said, err := strconv.Atoi(r.PostFormValue("count"))
	if err != nil || f.Fingerprint == "" {
		k.refuse(w, r, http.StatusBadRequest, "The form does not say which dead letters, or how many.")
		return
	}
	request := store.Request{Filter: f, By: auth.By(r, reason), DryRun: true}
	planned, err := k.Store.Discard(r.Context(), request)
	if err != nil {
		k.broken(w, r, err)
		return
	}
	if len(planned.Done) != said {
		k.showDead(w, r, http.StatusConflict, r.PostForm, fmt.Sprintf("You said %d, and there are %d by now. Nothing was changed; look again.", said, len(planned.Done)))
		return
	}
	done, err := k.Store.Discard(r.Context(), store.Request{Filter: store.Filter{IDs: planned.Done}, By: request.By})
	if err != nil {
		k.broken(w, r, err)
		return
	}
	http.Redirect(w, r, "/dead?discarded="+strconv.Itoa(len(done.Done)), http.StatusSeeOther)
}

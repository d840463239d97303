package web

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/store/query"
	"github.com/interviewing-io/greenhouse-export/web/auth"
	"github.com/interviewing-io/greenhouse-export/wording"
)

// bulkMost sets how many exports get one answer at once; what is beyond waits for the next time.
const bulkMost = 5000

// bulkPage says how many exports an answer concerns before it is given. Which they are is fixed in the form: what arrives while
// somebody reads is not decided unseen.
type bulkPage struct {
	Org     string
	Tabs    []navItem
	Back    string
	Post    string
	Answer  exportAct
	State   ledger.State
	Of      string // the company, where it is one
	Count   int
	IDs     string
	Refused []*store.RefusedError // some of those that it does not apply to
	More    int                   // refused beside these
	Cut     bool
	Mixed   bool // they were ticked one by one
	Staff   bool
	Wrong   string
}

func (k *console) planAll(w http.ResponseWriter, r *http.Request) { k.plan(w, r, "") }

func (k *console) planCompany(w http.ResponseWriter, r *http.Request) {
	k.plan(w, r, r.PathValue("org"))
}

// plan judges what an answer would do and changes nothing.
func (k *console) plan(w http.ResponseWriter, r *http.Request, org string) {
	q := r.URL.Query()
	filter, err := decisionsFilter(q, org)
	resolve := resolvers[q.Get("answer")]
	if err == nil && (resolve == nil || filter.State == "") {
		err = badFilter("Say which answer, and what it is for. Begin at the list of decisions.")
	}
	if err != nil {
		k.wrongFilter(w, r, err)
		return
	}
	filter.Limit, filter.BeforeID = bulkMost+1, 0
	result, err := resolve(k.Store, r.Context(), store.Request{Filter: filter, By: auth.By(r, ""), DryRun: true})
	if err != nil {
		k.broken(w, r, err)
		return
	}
	k.showPlan(w, r, http.StatusOK, org, filter, q.Get("answer"), result, "")
}

func (k *console) showPlan(w http.ResponseWriter, r *http.Request, status int, org string, f store.Filter, answer string, result store.Result, wrong string) {
	page := bulkPage{
		Org: org, Post: decisionsAddress(org) + "/all", Answer: actFor(answer, auth.Who(r).Role.Staff()), State: f.State, Of: f.Org, Count: len(result.Done),
		Refused: result.Refused, Staff: auth.Who(r).Role.Staff(), Wrong: wrong,
	}
	back := url.Values{"state": {string(f.State)}}
	if org == "" && f.Org != "" {
		back.Set("org", f.Org)
	}
	page.Back = withQuery(decisionsAddress(org), back)
	if ofSelection(f, answer) {
		page.Back, page.Mixed = "/exports", f.State == ""
		if f.State != "" {
			page.Back = exportsOf(f.State)
		}
	}
	if org != "" {
		page.Tabs = companyTabs(r, org)
	}
	const shown = 5
	if n := len(result.Refused); n > shown {
		page.Refused, page.More = result.Refused[:shown], n-shown
	}
	if page.Count > bulkMost {
		page.Count, page.Cut, result.Done = bulkMost, true, result.Done[:bulkMost]
	}
	page.IDs = dotted(result.Done)
	k.show(w, r, status, "decide", "Decide "+wording.Number(int64(page.Count)), page)
}

func (k *console) decideAll(w http.ResponseWriter, r *http.Request) { k.decide(w, r, "") }

func (k *console) decideCompany(w http.ResponseWriter, r *http.Request) {
	k.decide(w, r, r.PathValue("org"))
}

// decide gives the exports that the form names one answer, once their count is confirmed. A company's own it gives alone.
func (k *console) decide(w http.ResponseWriter, r *http.Request, org string) {
	reason, wrong := k.reason(w, r)
	form := r.PostForm
	resolve := resolvers[form.Get("answer")]
	if mayAct(r) && org == "" {
		resolve = bulkResolvers[form.Get("answer")]
	}
	filter, err := decideFilter(form, org)
	ids, bad := frozen(form.Get("ids"))
	if err != nil || bad != nil || resolve == nil {
		k.refuse(w, r, http.StatusBadRequest, "The form cannot be read, so nothing was decided. Begin at the list of decisions.")
		return
	}
	if org != "" {
		if ids, err = query.In(k.Store).OfCompany(r.Context(), org, ids); err != nil {
			k.broken(w, r, err)
			return
		}
	}
	if typed := strings.TrimSpace(form.Get("count")); wrong == "" && typed != strconv.Itoa(len(ids)) {
		wrong = fmt.Sprintf("Nothing was decided: type %d, the number of exports that this concerns.", len(ids))
	}
	if wrong != "" {
		k.showPlan(w, r, http.StatusUnprocessableEntity, org, filter, form.Get("answer"), store.Result{Done: ids}, wrong)
		return
	}
	result, err := resolve(k.Store, r.Context(), store.Request{Filter: store.Filter{IDs: ids}, By: auth.By(r, reason)})
	if err != nil {
		k.broken(w, r, err)
		return
	}
	q := url.Values{
		"done": {form.Get("answer")}, "n": {strconv.Itoa(len(result.Done))}, "refused": {strconv.Itoa(len(result.Refused) + len(result.Missing))},
	}
	if org == "" && filter.Org != "" {
		q.Set("org", filter.Org)
	}
	if ofSelection(filter, form.Get("answer")) {
		q.Del("org")
		http.Redirect(w, r, withQuery(listAddress(""), q), http.StatusSeeOther)
		return
	}
	http.Redirect(w, r, withQuery(decisionsAddress(org), q), http.StatusSeeOther)
}

// decideFilter reads what a plan was made for: a list of decisions, or what was selected in a list of exports.
func decideFilter(form url.Values, org string) (store.Filter, error) {
	if state := ledger.State(form.Get("state")); state == "" || state == ledger.StateDead || state == ledger.StatePending {
		return store.Filter{State: state, Org: cmp.Or(org, form.Get("org"))}, nil
	}
	return decisionsFilter(form, org)
}

// ofSelection says that an answer was planned from a list of exports.
func ofSelection(f store.Filter, answer string) bool { return f.State == "" || answer == "discard" }

// frozen reads the numbers that a plan put into its form.
func frozen(text string) ([]int64, error) {
	ids := []int64{}
	for part := range strings.SplitSeq(text, ".") {
		id, err := position(part)
		if err != nil || id == 0 || len(ids) >= bulkMost {
			return nil, badFilter("not the numbers of a plan")
		}
		ids = append(ids, id)
	}
	return ids, nil
}

// decideAlways makes an answer the company's rule for second interviews.
func (k *console) decideAlways(w http.ResponseWriter, r *http.Request) {
	org := r.PathValue("org")
	reason, wrong := k.reason(w, r)
	policy := r.PostForm.Get("policy")
	if wrong != "" {
		k.refuse(w, r, http.StatusUnprocessableEntity, wrong)
		return
	}
	var setting *store.SettingError
	err := k.Store.SetSettings(r.Context(), org, store.Settings{SecondInterview: &policy}, auth.By(r, reason))
	switch {
	case errors.As(err, &setting):
		k.refuse(w, r, http.StatusUnprocessableEntity, "That is no rule for second interviews. Nothing was changed.")
	case err != nil:
		k.missing(w, r, err)
	default:
		http.Redirect(w, r, withQuery(decisionsAddress(org), url.Values{"done": {"policy"}}), http.StatusSeeOther)
	}
}

package web

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/interviewing-io/greenhouse-export/store/erasure"
	"github.com/interviewing-io/greenhouse-export/web/auth"
	"github.com/interviewing-io/greenhouse-export/wording"
)

// erasePage takes a person's data out of the ledger: whom, then what would go, then what went. Whom stands in forms alone, never in an
// address.
type erasePage struct {
	Candidate string
	Org       string
	Reason    string
	Wrong     string
	Looked    bool // what would go was looked for
	Plan      erasing
	Done      bool // it went
	At        time.Time
	Actor     string
	MayErase  bool      // an admin looks; others only ask what is held
	Held      heldPanel // what is held about a person
}

// erasing holds what goes, or went.
type erasing struct {
	erasure.Erased
	Fresh    int // exports that had not been erased before
	Replaced int // texts from which the person's words go
	Look     []erasure.ErasedText
	Letters  []eraseLetter
}

// eraseLetter holds what to write to one company.
type eraseLetter struct{ Org, Text string }

func (k *console) eraseRoutes() []route {
	return []route{
		allow(operators, "GET /erase", k.eraseForm),
		allow(operators, "POST /erase/held", k.held),
		allow(admins, "POST /erase", k.erasePlan),
		allow(admins, "POST /erase/now", k.eraseNow),
	}
}

func (k *console) eraseForm(w http.ResponseWriter, r *http.Request) {
	title, page := "What is held", erasePage{MayErase: auth.Who(r).Role == auth.RoleAdmin}
	if page.MayErase {
		title = "Erase a person"
	}
	k.show(w, r, http.StatusOK, "erase", title, page)
}

// readErasure reads whom a form is about. Where it answers itself, because that is nobody, ok is false.
func (k *console) readErasure(w http.ResponseWriter, r *http.Request) (page erasePage, q erasure.Erasure, ok bool) {
	page = erasePage{
		MayErase: true, Candidate: strings.TrimSpace(r.PostFormValue("candidate")), Org: strings.TrimSpace(r.PostFormValue("org")), Reason: strings.TrimSpace(r.PostFormValue("reason")),
	}
	if page.Candidate == "" {
		page.Wrong = "Say whom: the producer’s id of the candidate, or the email as it was sent."
		k.show(w, r, http.StatusUnprocessableEntity, "erase", "Erase a person", page)
		return page, q, false
	}
	return page, erasure.Erasure{Candidate: page.Candidate, Org: page.Org, Digests: k.Digests, By: auth.By(r, page.Reason)}, true
}

// erasePlan shows what would go, and takes nothing.
func (k *console) erasePlan(w http.ResponseWriter, r *http.Request) {
	if page, q, ok := k.readErasure(w, r); ok {
		k.showErasePlan(w, r, http.StatusOK, page, q)
	}
}

func (k *console) showErasePlan(w http.ResponseWriter, r *http.Request, status int, page erasePage, q erasure.Erasure) {
	q.DryRun = true
	planned, err := erasure.In(k.Store).Erase(r.Context(), q)
	if err != nil {
		k.broken(w, r, err)
		return
	}
	page.Looked, page.Plan = true, erasureOf(planned, page.Reason, k.Now())
	k.show(w, r, status, "erase", "Erase a person", page)
}

// eraseNow takes what the plan showed, once its count is confirmed, and answers with the certificate.
func (k *console) eraseNow(w http.ResponseWriter, r *http.Request) {
	page, q, ok := k.readErasure(w, r)
	if !ok {
		return
	}
	plan := q
	plan.DryRun = true
	planned, err := erasure.In(k.Store).Erase(r.Context(), plan)
	if err != nil {
		k.broken(w, r, err)
		return
	}
	fresh := erasureOf(planned, "", k.Now()).Fresh
	switch {
	case page.Reason == "":
		page.Wrong = "Say why: a person will ask. Name the request, not the person. Nothing was erased."
	case strings.TrimSpace(r.PostFormValue("count")) != strconv.Itoa(fresh):
		page.Wrong = fmt.Sprintf("Nothing was erased: type %d, the number of exports that this concerns.", fresh)
	}
	if page.Wrong != "" {
		k.showErasePlan(w, r, http.StatusUnprocessableEntity, page, q)
		return
	}
	done, err := erasure.In(k.Store).Erase(r.Context(), q)
	if err != nil {
		k.broken(w, r, err)
		return
	}
	certificate := erasePage{Done: true, At: k.Now().UTC(), Actor: auth.Who(r).Name, Reason: page.Reason, Org: page.Org}
	certificate.Plan = erasureOf(done, page.Reason, certificate.At)
	k.show(w, r, http.StatusOK, "erase", "Certificate of erasure", certificate)
}

// erasureOf counts what goes, and gathers what only companies can delete. Pure.
func erasureOf(e erasure.Erased, request string, at time.Time) erasing {
	out := erasing{Erased: e}
	var orgs []string
	left := map[string]*wording.ErasedAt{}
	for _, one := range e.Exports {
		if one.Before == nil {
			out.Fresh++
		}
		if one.ProfileURL == nil && !one.MayExist {
			continue
		}
		if left[one.OrgID] == nil {
			orgs, left[one.OrgID] = append(orgs, one.OrgID), &wording.ErasedAt{Org: one.OrgID}
		}
		if one.ProfileURL != nil {
			left[one.OrgID].Profiles = append(left[one.OrgID].Profiles, *one.ProfileURL)
		} else {
			left[one.OrgID].Doubtful = append(left[one.OrgID].Doubtful, one.InterviewID)
		}
	}
	for _, text := range e.Texts {
		if text.Replaced {
			out.Replaced++
		} else {
			out.Look = append(out.Look, text)
		}
	}
	for _, org := range orgs {
		out.Letters = append(out.Letters, eraseLetter{org, wording.ErasedLetter(*left[org], request, at)})
	}
	return out
}

// Nobody says that nothing names them.
func (p erasePage) Nobody() bool {
	return p.Looked && len(p.Plan.Exports) == 0 && p.Plan.Messages == 0 && len(p.Plan.Texts) == 0
}

package web

import (
	"errors"
	"net/http"
	"time"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/store/notices"
	"github.com/interviewing-io/greenhouse-export/store/query"
	"github.com/interviewing-io/greenhouse-export/web/auth"
	"github.com/interviewing-io/greenhouse-export/wording"
)

// companyPage is one company at a glance: how its connection stands, what waits, and what was.
type companyPage struct {
	Org      string
	Staff    bool
	Acts     bool // one of ours who may pause, probe and make links
	Tabs     []navItem
	Company  store.Integration
	Standing standing
	Sentence string
	But      string     // what is not well although it may send; empty where all is
	First    *firstStep // what comes next before it sends; nil where nothing does
	Health   companyHealth
	Held     *wording.Hold  // nil when it may send
	Still    *wording.Still // nil unless its key sends nothing for now
	Activity store.CompanyActivity
	Decide   int64 // exports that wait for a decision
	Holds    []query.Hold
	Checks   []store.CheckRow
	Notices  []notices.Notice
	CanProbe bool
	GoesOn   bool // a resume lets it send
	Links    bool // links into the console can be made
	Done     string
	Wrong    string
}

// How many rows of the history the page shows.
const (
	looksShown   = 20
	holdsShown   = 10
	noticesShown = 10
)

func (k *console) company(w http.ResponseWriter, r *http.Request) {
	k.showCompany(w, r, http.StatusOK, "")
}

// showCompany shows the page, with what is wrong with what was just asked for, if anything.
func (k *console) showCompany(w http.ResponseWriter, r *http.Request, status int, wrong string) {
	page := companyPage{
		Org: r.PathValue("org"), Staff: auth.Who(r).Role.Staff(), Tabs: companyTabs(r, r.PathValue("org")), Wrong: wrong,
		Done: companyDone[r.URL.Query().Get("done")], Links: k.LinkSecret != "",
	}
	page.Acts = page.Staff && auth.Who(r).Role != auth.RoleViewer
	if err := k.fillCompany(r, &page); err != nil {
		k.broken(w, r, err)
		return
	}
	k.show(w, r, status, "company", page.Org, page)
}

func (k *console) fillCompany(r *http.Request, p *companyPage) (err error) {
	ctx := r.Context()
	if p.Company, err = k.integration(r); err != nil {
		return err
	}
	held, err := k.Store.HoldFacts(ctx, p.Org)
	if err != nil {
		return err
	}
	p.Held = wording.OfHold(held)
	still, err := k.Store.Standstill(ctx, p.Org)
	if err != nil {
		return err
	}
	p.Still = wording.OfStandstill(still)
	if p.Activity, err = k.Store.CompanyActivity(ctx, p.Org); err != nil {
		return err
	}
	p.Decide = p.Activity.States[ledger.StateUnknown] + p.Activity.States[ledger.StateDuplicate]
	if p.Health, err = k.companyHealth(r, p.Org, p.Staff); err != nil {
		return err
	}
	p.Standing = standing{
		State: p.Company.State, Held: p.Company.Held, Dead: p.Activity.States[ledger.StateDead], Undecided: p.Decide, Still: still != nil, Hour: p.Health.hour(),
	}
	p.But, p.First = p.Standing.but(), firstStepOf(p.Company, p.Acts, p.Staff, p.Links)
	p.Sentence = connectionSentence(p.Company, p.Held, p.Activity.LastSent, time.Now())
	p.GoesOn = p.Company.PausedAt != nil || p.Company.HoldCause != nil && *p.Company.HoldCause == ledger.CauseRefusing
	p.CanProbe = p.Company.HoldCause != nil || p.Company.DecryptFailedAt != nil
	if p.Notices, err = notices.In(k.Store).List(ctx, notices.Filter{Org: p.Org, ToCompany: true, Limit: noticesShown}); err != nil {
		return err
	}
	if !p.Staff {
		return nil
	}
	if p.Holds, err = query.In(k.Store).Holds(ctx, query.HoldFilter{Org: p.Org, Limit: holdsShown}); err != nil {
		return err
	}
	p.Checks, err = k.Store.Checks(ctx, p.Org, looksShown)
	return err
}

// integration is the company that the path names. One that nobody has connected yet is a company all the same, and what waits for it
// is counted.
func (k *console) integration(r *http.Request) (store.Integration, error) {
	org := r.PathValue("org")
	i, err := k.Store.Integration(r.Context(), org)
	if !errors.Is(err, store.ErrNotFound) {
		return i, err
	}
	i = store.NewIntegration(org)
	facts, err := k.Store.HoldFacts(r.Context(), org)
	if err == nil && facts != nil {
		i.Waiting = facts.Waiting
	}
	return i, err
}

// companyDone says what was just done, by its name in the address.
var companyDone = map[string]string{
	"paused":    "Paused. Nothing more is sent for this company; what is on its way finishes.",
	"was":       "It was paused already; the first pause’s author and reason stay.",
	"resumed":   "Going on. What waited is being sent.",
	"went-on":   "It was not paused.",
	"probed":    "Greenhouse is asked at once whether the company works again. What waits goes as soon as it does.",
	"track":     "Greenhouse is asked within seconds where the company’s candidates stand.",
	"untracked": "There is nobody to look at: no candidate of this company is still followed.",
	"nothing":   "There is nothing to look at: Greenhouse does not refuse this company.",
}

// Of returns how many exports the company has in a state.
func (p companyPage) Of(state string) int64 { return p.Activity.States[ledger.State(state)] }

package web

import (
	"net/http"
	"net/url"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/store/figures"
	"github.com/interviewing-io/greenhouse-export/store/query"
	"github.com/interviewing-io/greenhouse-export/web/auth"
)

// companyHealth describes how sending goes for one company: its pace, its budget and what is dead of it.
type companyHealth struct {
	Slow   bool // the pace could not be read in time
	Pace   ledger.CompanyPace
	Spark  pairSpark
	Budget *ledger.BudgetUse  // for ours
	Groups []companyDeadGroup // for ours, the largest first
	More   int                // groups beside them
}

// companyDeadGroup holds what dead letters of a company died of.
type companyDeadGroup struct {
	query.DeadGroup
	Plan string // address of the plan to replay them
}

// groupsShown sets how many groups of dead letters a company's page shows; the others are with the dead letters.
const groupsShown = 5

func (k *console) companyHealth(r *http.Request, org string, staff bool) (h companyHealth, err error) {
	paces, err := figures.In(k.Store).CompanyPaces(r.Context(), org)
	if h.Slow = tooSlow(err); err != nil && !h.Slow {
		return h, err
	}
	h.Pace = paces[org]
	h.Spark = pairSparkOf(h.Pace.Hours)
	if !staff {
		return h, nil
	}
	if h.Budget, err = figures.In(k.Store).BudgetUse(r.Context(), org); err != nil {
		return h, err
	}
	groups, err := query.In(k.Store).DeadGroups(r.Context(), store.Filter{Org: org})
	if err != nil && !tooSlow(err) {
		return h, err
	}
	h.More = max(0, len(groups)-groupsShown)
	for _, g := range groups[:min(len(groups), groupsShown)] {
		plan := url.Values{"fingerprint": {g.Fingerprint}, "org": {org}}
		h.Groups = append(h.Groups, companyDeadGroup{DeadGroup: g, Plan: withQuery("/runs/new", plan)})
	}
	return h, nil
}

// hour is the last hour; nil where nobody could look.
func (h companyHealth) hour() *ledger.Pace {
	if h.Slow {
		return nil
	}
	return &h.Pace.Hour
}

// DeadList returns where the company's dead letters are.
func (p companyPage) DeadList() string {
	if p.Staff {
		return withQuery("/dead", url.Values{"org": {p.Org}})
	}
	return auth.CompanyHome(p.Org) + "/exports?state=dead"
}

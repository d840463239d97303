package web

import (
	"cmp"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store/health"
	"github.com/interviewing-io/greenhouse-export/wording"
)

// overviewPage is the service at one glance: what is wrong and whose doing it is, how sending goes, what waits and for whom.
type overviewPage struct {
	wording.Health
	Cards    []stateCard
	Attempts chart
	Waits    chart
	Causes   []causeLine   // why attempts failed in the last day, the commonest first
	OrgLines []companyLine // companies by what holds them
	River    bool          // River UI is served
}

type stateCard struct {
	State ledger.State
	Count int64
	Class string // how it is to be seen
}

type causeLine struct {
	Cause ledger.Cause
	Fault ledger.Fault
	Day   int64
	Hour  int64
}

type companyLine struct {
	Cause ledger.Cause // empty: they send
	Count int64
}

// overview shows the service. The lists that it once held are elsewhere; whoever kept an address of one is sent there.
func (k *console) overview(w http.ResponseWriter, r *http.Request) {
	if q := r.URL.Query(); q.Has("state") || q.Has("org") || q.Has("cause") {
		http.Redirect(w, r, "/exports?"+q.Encode(), http.StatusSeeOther)
		return
	}
	h, err := health.In(k.Store).Health(r.Context())
	if err != nil {
		k.broken(w, r, err)
		return
	}
	o := overviewPage{
		Health: wording.OfHealth(h), River: k.RiverUI != nil,
		Attempts: attemptsChart(h.Trend.Hours), Waits: waitsChart(h.Trend.Hours),
		Causes: causeLines(h.Trend), OrgLines: companyLines(h.ByHold),
	}
	for _, state := range ledger.States {
		o.Cards = append(o.Cards, stateCard{State: state, Count: h.States[state], Class: cardClass(state, h.States[state])})
	}
	k.show(w, r, http.StatusOK, "overview", "Overview", o)
}

// cardClass returns how a state's card is to be seen: in the state's own colour, the same on every page, and in none where it holds nothing.
func cardClass(state ledger.State, n int64) string {
	if n == 0 {
		return ""
	}
	return string(state)
}

func causeLines(t ledger.Trend) []causeLine {
	list := make([]causeLine, 0, len(t.LastDay.Causes))
	for cause, n := range t.LastDay.Causes {
		list = append(list, causeLine{Cause: cause, Fault: cmp.Or(cause.Fault(), ledger.FaultOurs), Day: n, Hour: t.LastHour.Causes[cause]})
	}
	slices.SortFunc(list, func(a, b causeLine) int { return cmp.Or(cmp.Compare(b.Day, a.Day), cmp.Compare(a.Cause, b.Cause)) })
	return list
}

func companyLines(by map[string]int64) []companyLine {
	list := make([]companyLine, 0, len(by))
	for _, held := range slices.Sorted(maps.Keys(by)) {
		line := companyLine{Cause: ledger.Cause(held), Count: by[held]}
		if held == "on" {
			line.Cause = ledger.CauseNone
		}
		list = append(list, line)
	}
	slices.SortStableFunc(list, func(a, b companyLine) int { return cmp.Compare(b.Count, a.Count) })
	return list
}

var faultWords = map[ledger.Fault]string{
	ledger.FaultCompany: "the company’s", ledger.FaultGreenhouse: "Greenhouse’s", ledger.FaultOurs: "ours", ledger.FaultNobody: "nobody’s",
}

// namedPace is a row of the table of paces.
type namedPace struct {
	Name string
	ledger.Pace
}

// percent never rounds a failure away.
func percent(share float64) string {
	if share < 1 && share > 0.999 {
		return "99.9 %"
	}
	return fmt.Sprintf("%.3g %%", share*100)
}

// exportsOf is the address of the exports of a state.
func exportsOf(state ledger.State) string {
	return "/exports?" + url.Values{"state": {string(state)}}.Encode()
}

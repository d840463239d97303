package web

import (
	"cmp"
	"encoding/csv"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store/figures"
	"github.com/interviewing-io/greenhouse-export/web/auth"
)

// numbersPage draws how sending went in a span, for all companies or for one.
type numbersPage struct {
	Org    string // empty for all
	Tabs   []navItem
	Base   string
	Staff  bool
	Spans  []navItem
	Says   string // the span, in words
	CSV    string
	N      ledger.Numbers
	Charts struct{ Success, Volume, Waits chart }
	Causes []causeCount
}

// causeCount describes how many attempts failed for one cause.
type causeCount struct {
	Cause ledger.Cause
	Count int64
	Share float64 // of the attempts that failed
	Bar   bar
}

var spanWords = map[ledger.Span]string{ledger.SpanDay: "24 hours", ledger.SpanWeek: "7 days", ledger.SpanMonth: "30 days"}

func (k *console) numbersRoutes() []route {
	return []route{
		allow(staff, "GET /numbers", k.numbers),
		allow(staff, "GET /numbers/csv", k.numbersCSV),
		allow(staff.andCompany(), "GET /orgs/{org}/numbers", k.numbers),
		allow(staff.andCompany(), "GET /orgs/{org}/numbers/csv", k.numbersCSV),
	}
}

func numbersAddress(org string) string {
	if org == "" {
		return "/numbers"
	}
	return auth.CompanyHome(org) + "/numbers"
}

// readNumbers reads what the address asks for. Where it answers itself, because that is nothing, ok is false.
func (k *console) readNumbers(w http.ResponseWriter, r *http.Request) (n ledger.Numbers, ok bool) {
	span := ledger.Span(cmp.Or(r.URL.Query().Get("range"), string(ledger.SpanDay)))
	if !slices.Contains(ledger.Spans, span) {
		k.refuse(w, r, http.StatusBadRequest, "The range is 24h, 7d or 30d.")
		return n, false
	}
	n, err := figures.In(k.Store).Numbers(r.Context(), r.PathValue("org"), span)
	if err != nil {
		k.wrongFilter(w, r, err)
		return n, false
	}
	return n, true
}

func (k *console) numbers(w http.ResponseWriter, r *http.Request) {
	org := r.PathValue("org")
	if other := strings.TrimSpace(r.URL.Query().Get("company")); org == "" && other != "" { // the form that chooses a company
		http.Redirect(w, r, withQuery(numbersAddress(other), url.Values{"range": r.URL.Query()["range"]}), http.StatusSeeOther)
		return
	}
	n, ok := k.readNumbers(w, r)
	if !ok {
		return
	}
	page := numbersPage{Org: org, Base: numbersAddress(org), Staff: auth.Who(r).Role.Staff(), N: n, Says: spanWords[n.Span], Causes: causeCounts(n.All)}
	if org != "" {
		page.Tabs = companyTabs(r, org)
	}
	for _, span := range ledger.Spans {
		page.Spans = append(page.Spans, navItem{
			Href: withQuery(page.Base, url.Values{"range": {string(span)}}), Text: spanWords[span], Current: span == n.Span,
		})
	}
	page.CSV = withQuery(page.Base+"/csv", url.Values{"range": {string(n.Span)}})
	page.Charts.Success, page.Charts.Volume, page.Charts.Waits = successChart(n), volumeChart(n), arrivalChart(n)
	title := "Numbers"
	if org != "" {
		title = "Numbers of " + org
	}
	k.show(w, r, http.StatusOK, "numbers", title, page)
}

// causeCounts are the causes, the commonest first.
func causeCounts(all ledger.Part) []causeCount {
	var list []causeCount
	var failed, most int64
	for cause, n := range all.Causes {
		failed, most = failed+n, max(most, n)
		list = append(list, causeCount{Cause: cause, Count: n})
	}
	slices.SortFunc(list, func(a, b causeCount) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Cause, b.Cause))
	})
	for i, c := range list {
		list[i].Share = float64(c.Count) / float64(failed)
		list[i].Bar = causeBar(i, c, most)
	}
	return list
}

// numbersCSV writes a line for each part of the span and each cause, so that a spreadsheet can turn them any way.
func (k *console) numbersCSV(w http.ResponseWriter, r *http.Request) {
	n, ok := k.readNumbers(w, r)
	if !ok {
		return
	}
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="numbers.csv"`)
	out := csv.NewWriter(w)
	lines := [][]string{{"began", "company", "outcome", "cause", "attempts", "p50_s", "p95_s", "p99_s"}}
	org := formulaSafe(r.PathValue("org"))
	seconds := func(s ledger.Seconds) string { return strconv.FormatFloat(float64(s), 'f', 2, 64) }
	for _, p := range n.Parts {
		began := rfc(p.Began)
		sent := []string{began, org, "sent", "", digits(p.Sent), "", "", ""}
		if p.Sent > 0 {
			copy(sent[5:], []string{seconds(p.P50), seconds(p.P95), seconds(p.P99)})
		}
		lines = append(lines, sent)
		for _, c := range causeCounts(p) {
			lines = append(lines, []string{began, org, "failed", string(c.Cause), digits(c.Count), "", "", ""})
		}
	}
	out.WriteAll(lines) //nolint:errcheck // nobody is left to tell
}

package web

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store/query"
	"github.com/interviewing-io/greenhouse-export/web/auth"
)

// audited sets how many acts one page lists.
const audited = 50

// auditPage lists who did what, when, to what, and from where.
type auditPage struct {
	Org     string // the company that the page is about; empty for all
	Company bool   // it is shown to the company's own admin, who sees less of us
	Tabs    []navItem
	Base    string // its address
	Filter  auditFilter
	Actions []string
	Lines   []auditLine
	CSV     string
	Clear   string // the page without a filter; empty where there is none
	Admin   bool   // whoever looks may end sessions
	Newest  string // addresses of other pages; empty where there are none
	Older   string
}

// auditFilter holds what the page's address says.
type auditFilter struct {
	Actor, Action, Org, Export, Side, Since, Until string
	after                                          int64
}

func (k *console) audit(w http.ResponseWriter, r *http.Request) { k.listAudit(w, r, "") }

func (k *console) companyAudit(w http.ResponseWriter, r *http.Request) {
	k.listAudit(w, r, r.PathValue("org"))
}

func (k *console) listAudit(w http.ResponseWriter, r *http.Request, org string) {
	form, filter, err := readAudit(r.URL.Query(), org)
	if err != nil {
		k.refuse(w, r, http.StatusBadRequest, err.Error())
		return
	}
	role := auth.Who(r).Role
	page := auditPage{Org: org, Company: role == auth.RoleCompany, Admin: role == auth.RoleAdmin, Base: auditAddress(org), Filter: form}
	if org != "" {
		page.Tabs = companyTabs(r, org)
	}
	filter.Limit = audited + 1
	entries, err := query.In(k.Store).AuditTrail(r.Context(), filter)
	if err == nil {
		page.Actions, err = query.In(k.Store).AuditActions(r.Context(), org)
	}
	if err != nil {
		k.broken(w, r, err)
		return
	}
	page.turn(&entries)
	for _, e := range entries {
		page.Lines = append(page.Lines, lineOf(e, page.Company, org))
	}
	title := "Activity"
	if org != "" {
		title = "Activity of " + org
	}
	k.show(w, r, http.StatusOK, "audit", title, page)
}

// turn cuts the entries to one page and makes the addresses around it.
func (p *auditPage) turn(entries *[]query.AuditEntry) {
	values := p.Filter.query(p.Org)
	p.CSV = withQuery(p.Base+"/csv", values)
	if len(values) > 0 {
		p.Clear = p.Base
	}
	if p.Filter.after != 0 {
		p.Newest = withQuery(p.Base, values)
	}
	if len(*entries) > audited {
		*entries = (*entries)[:audited]
		values.Set("after", strconv.FormatInt((*entries)[audited-1].ID, 10))
		p.Older = withQuery(p.Base, values)
	}
}

func auditAddress(org string) string {
	if org == "" {
		return "/audit"
	}
	return auth.CompanyHome(org) + "/audit"
}

// query is the filter as an address has it; the company of a company's page stands in its path.
func (f auditFilter) query(org string) url.Values {
	values := url.Values{}
	for name, value := range map[string]string{
		"actor": f.Actor, "action": f.Action, "export": f.Export, "side": f.Side, "since": f.Since, "until": f.Until,
	} {
		if value != "" {
			values.Set(name, value)
		}
	}
	if org == "" && f.Org != "" {
		values.Set("org", f.Org)
	}
	return values
}

// readAudit reads the filter out of an address. On a company's page the company is the path's, whatever the query says.
func readAudit(values url.Values, org string) (auditFilter, query.AuditFilter, error) {
	f := auditFilter{
		Actor: values.Get("actor"), Action: values.Get("action"), Org: values.Get("org"), Export: values.Get("export"),
		Side: values.Get("side"), Since: values.Get("since"), Until: values.Get("until"),
	}
	if org != "" {
		f.Org, f.Actor = org, ""
	} else {
		f.Side = ""
	}
	filter := query.AuditFilter{Actor: f.Actor, Action: ledger.Action(f.Action), Org: f.Org, Side: query.AuditSide(f.Side)}
	var problems [5]error
	filter.ExportID, problems[0] = wholeNumber(f.Export, "export")
	filter.AfterID, problems[1] = wholeNumber(values.Get("after"), "after")
	filter.Since, problems[2] = day(f.Since, 0)
	filter.Until, problems[3] = day(f.Until, 24*time.Hour)
	if f.Side != "" && filter.Side != query.AuditTheirs && filter.Side != query.AuditOurs {
		problems[4] = badFilter("Who must be the company's admins or interviewing.io.")
	}
	f.after = filter.AfterID
	return f, filter, errors.Join(problems[:]...)
}

func wholeNumber(text, name string) (int64, error) {
	if text == "" {
		return 0, nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n <= 0 {
		return 0, badFilter("The " + name + " must be a whole number.")
	}
	return n, nil
}

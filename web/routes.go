package web

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/web/auth"
)

// To add a route, add one line to [console.routes]:
//
//	allow(staff, "GET /audit", k.audit),                            // ours alone
//	allow(operators, "POST /dead/replay", k.replay),                // those of ours who act
//	allow(admins, "POST /sessions/end", k.endSessions),             // those of ours who say who gets in
//	allow(staff.andCompany(), "GET /orgs/{org}/exports", k.list),   // and the admins of that company
//	allow(staff.andCompany(), "GET /runs/{id}", k.run).of(k.runOrg) // where the path does not name the company
//	allow(staff.andCompany().andRecruiters(), "GET /orgs/{org}/people", k.people) // and its recruiters: never a route that changes anything
//
// The handler then runs only for whom the rule names, and [auth.Who] tells it who it is. A company's people get 404 for all that is not
// their company's, as for what does not exist. A handler that shows more than one company's rows asks [auth.MayOrg] for each.
//
// Company admins begin at [auth.CompanyHome], which is the place to change once they have a page of their own.
//
// TestWalk tries every route with every role and a foreign company. It fills {org} and {id} itself; a new wildcard needs a value in
// its table, and a route that answers 404 without something of its own in the database needs that in its set-up.

// rule says who may use a route. Its zero value is no rule: a route that has none cannot be served.
type rule struct {
	anyone bool
	roles  []auth.Role
	anyOrg bool // the route shows nothing of any company, so that every company's admin may use it
}

var (
	anyone    = rule{anyone: true}                                                           // also who is not logged in
	loggedIn  = rule{roles: slices.Concat(auth.StaffRoles, auth.CompanyRoles), anyOrg: true} // for what shows nothing of any company
	staff     = rule{roles: auth.StaffRoles}
	operators = rule{roles: []auth.Role{auth.RoleOncall, auth.RoleAdmin}}
	admins    = rule{roles: []auth.Role{auth.RoleAdmin}}
)

// andCompany adds the admins of the company that the route is about.
func (r rule) andCompany() rule {
	return rule{roles: append(slices.Clone(r.roles), auth.RoleCompany)}
}

// andRecruiters adds the recruiters of the company that the route is about, who only read.
func (r rule) andRecruiters() rule {
	return rule{roles: append(slices.Clone(r.roles), auth.RoleRecruiter)}
}

// ofCompany says whether companies' own people may use it.
func (r rule) ofCompany() bool { return slices.ContainsFunc(r.roles, auth.Role.OfCompany) }

// route is one address of the console.
type route struct {
	pattern string // as http.ServeMux reads it
	may     rule
	do      http.HandlerFunc
	org     func(*http.Request) (string, error) // the company that it is about; store.ErrNotFound where there is nothing
}

// allow makes a route. Where companies' admins may use it, the company is the path's {org}.
func allow(may rule, pattern string, do http.HandlerFunc) route {
	r := route{pattern: pattern, may: may, do: do}
	if strings.Contains(pattern, "{org}") {
		r.org = func(req *http.Request) (string, error) { return req.PathValue("org"), nil }
	}
	return r
}

// of says how to find the company that the route is about, where the path does not name it.
func (r route) of(org func(*http.Request) (string, error)) route {
	r.org = org
	return r
}

// Check finds a route that anybody could use because nobody thought about it.
func (r route) check() error {
	switch {
	case !r.may.anyone && len(r.may.roles) == 0:
		return fmt.Errorf("web: route %s: no rule says who may use it", r.pattern)
	case r.may.ofCompany() && !r.may.anyOrg && r.org == nil:
		return fmt.Errorf("web: route %s: nothing says which company it is about", r.pattern)
	case slices.Contains(r.may.roles, auth.RoleRecruiter) && !r.may.anyOrg && !strings.HasPrefix(r.pattern, "GET "):
		return fmt.Errorf("web: route %s: a recruiter changes nothing", r.pattern)
	}
	return nil
}

// routes is every address that the console answers to, and who may.
func (k *console) routes() []route {
	return slices.Concat(k.processRoutes(), []route{
		allow(anyone, "GET /assets/", assets()),
		allow(anyone, "GET /login", k.loginPage),
		allow(anyone, "POST /login", k.logIn),
		allow(loggedIn, "POST /logout", k.logOut),
		allow(staff, "GET /{$}", k.overview),
		allow(staff.andCompany(), "GET /orgs/{org}", k.company),
		allow(staff, "GET /audit", k.audit),
		allow(staff, "GET /audit/csv", k.auditCSV),
		allow(admins, "GET /sessions", k.listSessions),
		allow(admins, "POST /sessions/end", k.endSessions),
		allow(staff.andCompany(), "GET /orgs/{org}/audit", k.companyAudit),
		allow(staff.andCompany(), "GET /orgs/{org}/audit/csv", k.companyAuditCSV),
		allow(staff, "GET /runbooks/{$}", k.runbooks),
		allow(staff, "GET /runbooks/{cause}", k.runbook),
		allow(loggedIn, "/", k.noSuchPage),
	}, k.ledgerRoutes(), k.numbersRoutes(), k.trackingRoutes(), k.peopleRoutes(), k.companyHeldRoutes(), k.deadRoutes(), k.runRoutes(), k.editRoutes(), k.eraseRoutes(), k.companyRoutes(), k.ssoRoutes(), k.linkRoutes(), k.riverRoutes(),
		k.metricsRoutes(), k.apiRoutes(), k.hookRoutes())
}

// companyRoutes are the list of companies, what we do to one, and its settings.
func (k *console) companyRoutes() []route {
	mayChange := operators.andCompany()
	return []route{
		allow(staff, "GET /orgs", k.orgs),
		allow(operators, "POST /orgs/{org}/pause", k.companyAct(k.Store.PauseOrg, "paused", "was")),
		allow(operators, "POST /orgs/{org}/resume", k.companyAct(k.Store.ResumeOrg, "resumed", "went-on")),
		allow(operators, "POST /orgs/{org}/probe", k.companyAct(k.Store.ProbeNow, "probed", "nothing")),
		allow(operators, "POST /orgs/{org}/link", k.linkCompany),
		allow(staff.andCompany(), "GET /orgs/{org}/settings", k.settings),
		allow(mayChange, "POST /orgs/{org}/settings", k.saveSettings),
		allow(mayChange, "POST /orgs/{org}/settings/test", k.testSettings),
		allow(mayChange, "POST /orgs/{org}/settings/preview", k.previewSettings),
		allow(mayChange, "POST /orgs/{org}/settings/on", k.turnOn),
		allow(mayChange, "POST /orgs/{org}/settings/off", k.turnOff),
		allow(mayChange, "POST /orgs/{org}/settings/webhook", k.makeWebhook),
		allow(mayChange, "POST /orgs/{org}/settings/links", k.makeLinks),
		allow(mayChange, "POST /orgs/{org}/settings/test-candidate", k.sendTest),
		allow(mayChange, "POST /orgs/{org}/settings/test-mode", k.switchTestMode),
	}
}

func (k *console) linkRoutes() []route {
	if k.LinkSecret == "" {
		return nil
	}
	return []route{allow(anyone, "GET /enter", k.linkPage), allow(anyone, "POST /enter", k.openLink)}
}

// serve puts routes behind their rules. It is the only place where an address is given to a handler.
func (k *console) serve(routes []route) (http.Handler, error) {
	mux := http.NewServeMux()
	var problems []error
	for _, r := range routes {
		if err := r.check(); err != nil {
			problems = append(problems, err)
			continue
		}
		mux.Handle(r.pattern, k.guard(r))
	}
	return mux, errors.Join(problems...)
}

// guard lets a request pass whose sender may use the route.
func (k *console) guard(route route) http.Handler {
	if route.may.anyone {
		return route.do
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p, ok := k.authenticate(w, r)
		if !ok {
			return
		}
		r = withRoute(auth.WithPrincipal(r, p), route)
		switch {
		case p.Role.OfCompany():
			k.guardCompany(route, w, r)
		case slices.Contains(route.may.roles, p.Role):
			route.do(w, r)
		default:
			k.refuse(w, r, http.StatusForbidden, lacks(p.Role, route.may))
		}
	})
}

// guardCompany tells a company's people the same about another company's things, about ours, and about what does not exist.
func (k *console) guardCompany(route route, w http.ResponseWriter, r *http.Request) {
	if !slices.Contains(route.may.roles, auth.Who(r).Role) {
		k.noSuchPage(w, r)
		return
	}
	if route.may.anyOrg {
		route.do(w, r)
		return
	}
	org, err := route.org(r)
	switch {
	case err != nil && !errors.Is(err, store.ErrNotFound):
		k.broken(w, r, err)
	case err != nil || !auth.MayOrg(r, org):
		k.noSuchPage(w, r)
	default:
		route.do(w, r)
	}
}

// lacks says what one of ours lacks, and whom to ask.
func lacks(have auth.Role, may rule) string {
	var names []string
	for _, r := range may.roles {
		if r.Staff() {
			names = append(names, string(r))
		}
	}
	only := "which may not do that"
	if have == auth.RoleViewer {
		only = "which only reads"
	}
	return fmt.Sprintf("Your role is %s, %s. Ask somebody with the role %s.", have, only, strings.Join(names, " or "))
}

package web

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/interviewing-io/greenhouse-export/store"
)

// role is what somebody may do.
type role string

const (
	roleViewer  role = "viewer"  // ours: reads
	roleOncall  role = "oncall"  // ours: also acts
	roleAdmin   role = "admin"   // ours: as oncall
	roleCompany role = "company" // an admin of one company: sees that company, and nothing else
)

// staffRoles are those of our own people, the least first.
var staffRoles = []role{roleViewer, roleOncall, roleAdmin}

func (r role) staff() bool { return slices.Contains(staffRoles, r) }

// principal is who sends a request. Its zero value is nobody.
type principal struct {
	name string
	role role
	org  string // of roleCompany, the only company that it sees; empty for ours
}

// actor is the principal as the audit trail names it. A company names its admins itself, so theirs never reads like one of ours.
func (p principal) actor() string {
	if p.role == roleCompany {
		return store.TheirActor(p.name, p.org)
	}
	return p.name
}

// companyActor takes the name of a company's admin out of what [principal.actor] made of it.
func companyActor(actor, org string) (string, bool) { return strings.CutSuffix(actor, " of "+org) }

// by says who sends the request, why, and where from, for the audit trail.
func by(r *http.Request, reason string) store.By {
	return store.By{Actor: who(r).actor(), Reason: reason, From: origin(r)}
}

// home is the page where somebody begins.
func (p principal) home() string {
	if p.role == roleCompany {
		return companyHome(p.org)
	}
	return "/"
}

// companyHome is where a company's admin begins.
func companyHome(org string) string { return "/orgs/" + url.PathEscape(org) }

type principalKey struct{}

func withPrincipal(r *http.Request, p principal) *http.Request {
	return r.WithContext(context.WithValue(r.Context(), principalKey{}, p))
}

// who sends the request. On routes for anyone it is nobody, whoever is logged in.
func who(r *http.Request) principal {
	p, _ := r.Context().Value(principalKey{}).(principal)
	return p
}

// mayOrg says whether whoever sends the request may see this company. The guard has asked it for the company that a route names; ask
// it again for whatever else a handler shows, such as what a filter of the query selects.
func mayOrg(r *http.Request, org string) bool {
	p := who(r)
	return p.role.staff() || p.role == roleCompany && p.org == org
}

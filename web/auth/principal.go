// Package auth decides who somebody is and what they may see: users with passwords, single sign-on, links of companies, sessions.
package auth

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/interviewing-io/greenhouse-export/store"
)

// Role names what somebody may do.
type Role string

const (
	RoleViewer  Role = "viewer"  // ours: reads
	RoleOncall  Role = "oncall"  // ours: also acts
	RoleAdmin   Role = "admin"   // ours: as oncall
	RoleCompany Role = "company" // an admin of one company: sees that company, and nothing else

	RoleRecruiter Role = "recruiter" // a recruiter of one company: sees its people, and changes nothing
)

// CompanyRoles are those of companies' own people, who come by links.
var CompanyRoles = []Role{RoleCompany, RoleRecruiter}

// StaffRoles are those of our own people, the least first.
var StaffRoles = []Role{RoleViewer, RoleOncall, RoleAdmin}

// Staff says whether it is one of ours.
func (r Role) Staff() bool { return slices.Contains(StaffRoles, r) }

// OfCompany says whether it is one of a company's own people.
func (r Role) OfCompany() bool { return slices.Contains(CompanyRoles, r) }

// Principal names who sends a request. Its zero value is nobody.
type Principal struct {
	Name   string
	Method string // how they came in: "password", "sso" with the provider's address, or "link"
	Role   Role
	Org    string // of a company's own people, the only company that they see; empty for ours
}

// Actor is the principal as the audit trail names it. A company names its people itself, so theirs never reads like one of ours.
func (p Principal) Actor() string {
	if p.Role.OfCompany() {
		return store.TheirActor(p.Name, p.Org)
	}
	return p.Name
}

// CompanyActor takes the name of one of a company's people out of what [Principal.Actor] made of it.
func CompanyActor(actor, org string) (string, bool) { return strings.CutSuffix(actor, " of "+org) }

// By says who sends the request, why, and where from, for the audit trail.
func By(r *http.Request, reason string) store.By {
	return store.By{Actor: Who(r).Actor(), Reason: reason, From: Origin(r), Method: Who(r).Method}
}

// Home is the page where somebody begins.
func (p Principal) Home() string {
	switch p.Role {
	case RoleCompany:
		return CompanyHome(p.Org)
	case RoleRecruiter:
		return PeopleHome(p.Org)
	default:
		return "/"
	}
}

// CompanyHome returns where a company's admin begins.
func CompanyHome(org string) string { return "/orgs/" + url.PathEscape(org) }

// PeopleHome returns where a company's recruiter begins, and stays.
func PeopleHome(org string) string { return CompanyHome(org) + "/people" }

type principalKey struct{}

// WithPrincipal returns the request with its sender, for [Who] to find.
func WithPrincipal(r *http.Request, p Principal) *http.Request {
	return r.WithContext(context.WithValue(r.Context(), principalKey{}, p))
}

// Who sends the request. On routes for anyone it is nobody, whoever is logged in.
func Who(r *http.Request) Principal { return WhoIn(r.Context()) }

// WhoIn is [Who] of the request that a context comes from.
func WhoIn(ctx context.Context) Principal {
	p, _ := ctx.Value(principalKey{}).(Principal)
	return p
}

// MayOrg says whether whoever sends the request may see this company. The guard has asked it for the company that a route names; ask
// it again for whatever else a handler shows, such as what a filter of the query selects.
func MayOrg(r *http.Request, org string) bool {
	p := Who(r)
	return p.Role.Staff() || p.Role.OfCompany() && p.Org == org
}

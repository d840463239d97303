package web

import (
	"net/http"

	"github.com/interviewing-io/greenhouse-export/web/auth"
)

// companyTabs are the pages of one company, for ours; its own admins have the same in the main navigation. Templates show them by
// {{template "tabs" .Tabs}} under the heading.
func companyTabs(r *http.Request, org string) []navItem {
	if !auth.Who(r).Role.Staff() {
		return nil
	}
	home := auth.CompanyHome(org)
	return markCurrent([]navItem{
		{Href: home, Text: "Overview"},
		{Href: home + "/exports", Text: "Exports"},
		{Href: home + "/decisions", Text: "Decisions"},
		{Href: auth.PeopleHome(org), Text: "People"},
		{Href: home + "/tracking", Text: "Tracking"},
		{Href: home + "/numbers", Text: "Numbers"},
		{Href: home + "/settings", Text: "Settings"},
		{Href: home + "/audit", Text: "Activity"},
	}, r.URL.EscapedPath())
}

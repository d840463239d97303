package web

import (
	"net/http"
	"strings"

	"github.com/interviewing-io/greenhouse-export/web/auth"
)

// navItem is one entry of the main navigation.
type navItem struct {
	Href    string
	Text    string
	Key     string // after "g" on the keyboard; empty for none
	Current bool   // the page is this one, or below it
}

// nav returns where whoever sends the request can go: ours everywhere, a company's people within their company.
func (k *console) nav(r *http.Request) []navItem {
	var items []navItem
	switch p := auth.Who(r); {
	case p.Role == auth.RoleRecruiter:
		items = []navItem{{Href: p.Home(), Text: p.Org, Key: "o"}}
	case p.Role == auth.RoleCompany:
		home := auth.CompanyHome(p.Org)
		items = []navItem{
			{Href: home, Text: p.Org, Key: "o"},
			{Href: listAddress(p.Org), Text: "Exports", Key: "e"},
			{Href: decisionsAddress(p.Org), Text: "Decisions", Key: "d"},
			{Href: auth.PeopleHome(p.Org), Text: "People", Key: "p"},
			{Href: trackingAddress(p.Org), Text: "Tracking", Key: "t"},
			{Href: numbersAddress(p.Org), Text: "Numbers", Key: "n"},
			{Href: home + "/settings", Text: "Settings", Key: "s"},
			{Href: home + "/audit", Text: "Activity", Key: "a"},
		}
	case p.Role.Staff():
		items = []navItem{
			{Href: "/", Text: "Overview", Key: "o"},
			{Href: listAddress(""), Text: "Exports", Key: "e"},
			{Href: "/dead", Text: "Dead letters", Key: "x"},
			{Href: decisionsAddress(""), Text: "Decisions", Key: "d"},
			{Href: "/runs", Text: "Replays", Key: "r"},
			{Href: numbersAddress(""), Text: "Numbers", Key: "n"},
			{Href: "/orgs", Text: "Companies", Key: "c"},
			{Href: "/audit", Text: "Activity", Key: "a"},
			{Href: runbookBase + "/", Text: "Runbooks", Key: "b"},
		}
		switch p.Role {
		case auth.RoleAdmin:
			items = append(items, navItem{Href: "/erase", Text: "Erase"})
		case auth.RoleOncall:
			items = append(items, navItem{Href: "/erase", Text: "What is held"})
		}
		if k.RiverUI != nil {
			items = append(items, navItem{Href: "/river/", Text: "River UI", Key: "u"})
		}
	}
	return markCurrent(items, r.URL.EscapedPath())
}

// markCurrent marks the entry whose address is the longest beginning of the path.
func markCurrent(items []navItem, path string) []navItem {
	best := -1
	for i, item := range items {
		below := path == item.Href || item.Href != "/" && strings.HasPrefix(path, strings.TrimSuffix(item.Href, "/")+"/")
		if below && (best < 0 || len(item.Href) > len(items[best].Href)) {
			best = i
		}
	}
	if best >= 0 {
		items[best].Current = true
	}
	return items
}

// unmarked is the navigation with no entry for where one is.
func unmarked(items []navItem) []navItem {
	for n := range items {
		items[n].Current = false
	}
	return items
}

package web

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store/query"
	"github.com/interviewing-io/greenhouse-export/wording"
)

// auditLine is one act as a page shows it.
type auditLine struct {
	At      time.Time
	Who     string
	From    string // empty where it is not known, or not told
	Did     string
	Org     string
	Export  int64 // 0 for none
	Why     string
	Changes []auditChange
}

// auditChange is one thing that an act changed, or that there is to say about it.
type auditChange struct {
	Name   string
	Before string // empty where there was nothing, or nothing is told
	After  string
}

// us sets how a company sees whoever acted and is none of its own admins.
const us = "interviewing.io"

// lineOf shows an act. A company's own admins see all of what they did themselves. Of ours they see what was done to their company and
// when: neither who of us, nor why in our own words, nor from where, and of details only what stands in their settings, too.
func lineOf(e query.AuditEntry, company bool, org string) auditLine {
	line := auditLine{At: e.At, Who: e.Who(), From: orNothing(e.From), Did: wording.Action(e.Action), Org: orNothing(e.OrgID), Why: orNothing(e.Reason)}
	if e.ExportID != nil {
		line.Export = *e.ExportID
	}
	name, theirs := e.Their(org)
	switch {
	case company && theirs:
		line.Who = name
	case company:
		line.Who, line.From, line.Why = us, "", ""
		if !slices.Contains(openActs, e.Action) {
			return line
		}
	}
	line.Changes = changes(e.Detail)
	return line
}

func orNothing(text *string) string {
	if text == nil {
		return ""
	}
	return *text
}

// openActs are those of ours whose details a company sees: they are about its own settings.
var openActs = []ledger.Action{ledger.ActionOrgConnect, ledger.ActionOrgSet, ledger.ActionOrgEnable, ledger.ActionOrgTest}

// changes reads an act's detail: what was before and after, value by value, then whatever else there is.
func changes(detail json.RawMessage) []auditChange {
	var fields map[string]json.RawMessage
	if json.Unmarshal(detail, &fields) != nil {
		return nil
	}
	list := difference(fields["before"], fields["after"])
	if from, to := plain(fields["from"]), plain(fields["to"]); from != "" && to != "" {
		list = append(list, auditChange{"state", from, to})
	} else {
		list = append(list, told("from", from)...)
		list = append(list, told("to", to)...)
	}
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		if !slices.Contains([]string{"before", "after", "from", "to"}, name) {
			list = append(list, told(name, plain(fields[name]))...)
		}
	}
	return list
}

// difference returns what changed from one object to the other; other values than objects are compared as they are.
func difference(before, after json.RawMessage) []auditChange {
	var was, is map[string]json.RawMessage
	if json.Unmarshal(before, &was) != nil || json.Unmarshal(after, &is) != nil {
		if len(before) == 0 && len(after) == 0 {
			return nil
		}
		if json.Unmarshal(after, &is) != nil {
			return []auditChange{{"value", plain(before), plain(after)}}
		}
	}
	names := slices.Collect(maps.Keys(is))
	for name := range was {
		if _, both := is[name]; !both {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	var list []auditChange
	for _, name := range names {
		if !bytes.Equal(was[name], is[name]) {
			list = append(list, auditChange{spaced(name), plain(was[name]), plain(is[name])})
		}
	}
	return list
}

func told(name, value string) []auditChange {
	if value == "" {
		return nil
	}
	return []auditChange{{Name: spaced(name), After: value}}
}

func spaced(name string) string { return strings.ReplaceAll(name, "_", " ") }

// plain is a JSON value as people read it.
func plain(raw json.RawMessage) string {
	var value any
	if len(raw) == 0 || json.Unmarshal(raw, &value) != nil || value == nil {
		return ""
	}
	switch v := value.(type) {
	case string:
		return v
	case bool:
		return map[bool]string{true: "yes", false: "no"}[v]
	case []any:
		var list []string
		for _, one := range v {
			list = append(list, fmt.Sprint(one))
		}
		return strings.Join(list, ", ")
	default:
		return string(raw)
	}
}

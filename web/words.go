package web

import (
	"fmt"
	"html/template"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store/notices"
	"github.com/interviewing-io/greenhouse-export/store/query"
	"github.com/interviewing-io/greenhouse-export/web/auth"
	"github.com/interviewing-io/greenhouse-export/wording"
)

// words are the functions by which templates turn facts into words.
var words = template.FuncMap{
	"act":          func(action string) string { return wording.Action(ledger.Action(action)) },
	"state":        stateWord,
	"meaning":      wording.Meaning,
	"because":      wording.Cause,
	"flag":         wording.Flag,
	"notice":       func(k notices.Kind) string { return noticeWords[k] },
	"moment":       wording.Time,
	"minute":       func(t time.Time) string { return t.UTC().Format("2006-01-02 15:04") },
	"rfc":          func(t time.Time) string { return t.UTC().Format(time.RFC3339) },
	"age":          func(s ledger.Seconds) string { return wording.Age(s.Duration()) },
	"lasted":       func(a query.AttemptRow) string { return wording.Age(a.FinishedAt.Sub(a.StartedAt)) },
	"holdings":     holdings,
	"count":        wording.Number,
	"partFailed":   func(p ledger.Part, f string) int64 { return p.Failed()[ledger.Fault(f)] },
	"trackChange":  wording.TrackChange,
	"stagesHeight": func(list []trackBar) int { return len(list) * causeRow },
	"stageHref":    func(base, stage string) string { return withQuery(base, url.Values{"stage": {stage}}) },
	"causesHeight": func(list []causeCount) int { return len(list) * causeRow },
	"causeWord": func(c ledger.Cause) string {
		if c == "" {
			return "A node could not open a key"
		}
		return sentenceCase(wording.Cause(c))
	},
	"idText":   idText,
	"match":    wording.Match,
	"plural":   wording.Plural,
	"plural64": func(n int, one, many string) string { return wording.Plural(int64(n), one, many) },
	"policy":   func(name string) string { return policyWords[name] },
	"policies": func() []string { return policyNames },

	"sentenceCase": sentenceCase,
	"fault":        func(f ledger.Fault) string { return faultWords[f] },
	"exportsOf":    exportsOf,
	"sourceWhy":    wording.SourceTroubleSays,
	"pace":         func(name string, p ledger.Pace) namedPace { return namedPace{name, p} },
	"percent":      percent,
	"companyHome":  auth.CompanyHome,
	"failedBy":     func(h ledger.Hour, f string) int64 { return h.Failed[ledger.Fault(f)] },
}

// idText is an id that breaks, where it must, after what parts its words.
func idText(id string) template.HTML {
	text := template.HTMLEscapeString(id)
	for _, mark := range []string{"_", ".", ":", "/"} {
		text = strings.ReplaceAll(text, mark, mark+"<wbr>")
	}
	return template.HTML(text) //nolint:gosec // it is escaped above
}

func stateWord(s ledger.State) string { return sentenceCase(string(s)) }

func sentenceCase(text string) string { return strings.ToUpper(text[:1]) + text[1:] }

// policyNames hold what a company can do with second interviews of a candidate.
var policyNames = []string{"hold", "create", "skip"}

var policyWords = map[string]string{
	"hold": "ask each time", "create": "create a second profile without asking", "skip": "leave them out without asking",
}

// commands returns what an operator may do with an export as it stands.
func commands(e ledger.Export) []string {
	list := []string{"ghexport show " + strconv.FormatInt(e.ID, 10)}
	for _, verb := range ledger.Allowed(e) {
		list = append(list, wording.Command(verb, e.ID))
	}
	return list
}

// holdings sums up the companies of one reason.
func holdings(g ledger.HeldGroup) string {
	return fmt.Sprintf("%s, %s waiting", wording.Plural(g.Count, "company", "companies"), wording.Plural(g.Waiting, "export", "exports"))
}

// noticeWords say what a notice told.
var noticeWords = map[notices.Kind]string{
	notices.Broken:        "Greenhouse began to refuse us",
	notices.StillBroken:   "Greenhouse still refuses us",
	notices.WorksAgain:    "It works again",
	notices.NeedsDecision: "Exports need a decision",
	notices.Refusals:      "Several companies are refused",
	notices.KeyUnreadable: "A key does not open",
	notices.Moved:         "Candidates moved",
}

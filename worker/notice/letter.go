// Package notice tells people what they must know: it puts a notice of the ledger into words, and hands it to a mail server or to the
// product's webhook. It decides neither what is told nor when, and tries once.
package notice

import (
	"fmt"
	"net/url"
	"strings"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store/notices"
	"github.com/interviewing-io/greenhouse-export/wording"
)

// Letter is a notice in words. It names no candidate.
type Letter struct {
	Subject string
	Text    []string // paragraphs
	Steps   []string // what to do, in order
	Action  string   // what the link is for
	Link    string   // empty where the console's address is not known
	Closing []string // paragraphs below the link
}

// Write puts a notice into words. Held says why the company is held, and may be nil; public is the console's address, and may be empty.
func Write(n notices.Notice, held *wording.Hold, public string) Letter {
	l := words(n, held)
	l.Link = link(n, public)
	return l
}

func words(n notices.Notice, held *wording.Hold) Letter {
	switch n.Kind {
	case notices.Broken:
		l := refused(n, held)
		l.Subject = "We can't add candidates to your Greenhouse"
		return l
	case notices.StillBroken:
		l := refused(n, held)
		l.Subject = fmt.Sprintf("Day %d: we still can't add candidates to your Greenhouse", n.Days+1)
		l.Text = append([]string{fmt.Sprintf("It has been like this for %s.", wording.Count(n.Days, "day"))}, l.Text...)
		return l
	case notices.WorksAgain:
		return worksAgain(n)
	case notices.NeedsDecision:
		return needsDecision(n)
	case notices.Refusals:
		return refusals(n)
	default:
		return keyUnreadable(n)
	}
}

func refused(n notices.Notice, held *wording.Hold) Letter {
	l := Letter{
		Text:    []string{"We can't add candidates to your Greenhouse."},
		Action:  "Fix it here (2 minutes)",
		Closing: []string{"We keep trying, and will send them as soon as it works.", company},
	}
	if held != nil && held.Cause == n.Cause {
		l.Text = append(l.Text, held.What+" "+waiting(n.Waiting), held.Why)
		l.Steps = held.Do
		return l
	}
	what, likely := "has refused our sign-in", "Most often the API key was revoked, or the \"Created by\" user was deactivated."
	if n.Cause == ledger.CausePermissionDenied {
		what, likely = "has not let us add candidates", "Most often the rights of the \"Created by\" user were reduced."
	}
	if n.Cause == ledger.CauseRefusing {
		what, likely = "has refused one candidate after another", "We look into it; look whether the choices made here still fit your Greenhouse."
	}
	l.Text = append(l.Text, fmt.Sprintf("Since %s Greenhouse %s. %s", wording.Date(n.Since), what, waiting(n.Waiting)), likely)
	return l
}

func worksAgain(n notices.Notice) Letter {
	then := "Nobody was waiting."
	if n.Waiting > 0 {
		then = fmt.Sprintf("%s waiting; none %s lost. They are being added now.", were(n.Waiting), map[bool]string{true: "was", false: "were"}[n.Waiting == 1])
	}
	return Letter{
		Subject: "Adding candidates to your Greenhouse works again",
		Text:    []string{"It works again.", fmt.Sprintf("Greenhouse has accepted us since %s. %s", wording.Date(n.Since), then)},
		Action:  "See them here",
		Closing: []string{company},
	}
}

func needsDecision(n notices.Notice) Letter {
	l := Letter{
		Subject: fmt.Sprintf("%s your decision", needs(n.Unknown+n.Duplicate)),
		Text:    []string{fmt.Sprintf("%s your decision before we go on; none are lost.", needs(n.Unknown+n.Duplicate))},
		Action:  "Decide here",
		Closing: []string{"We remind you once a day while any of them waits.", company},
	}
	if n.Unknown > 0 {
		l.Text = append(l.Text, fmt.Sprintf("Of %s we do not know whether they are in your Greenhouse: it gave no clear answer. Look there, and tell us; "+
			"we do not send them a second time by ourselves.", wording.Count(n.Unknown, "candidate")))
	}
	if n.Duplicate > 0 {
		l.Text = append(l.Text, fmt.Sprintf("Of %s we added the same person before, or may have. Say whether you want a second profile.", wording.Count(n.Duplicate, "candidate")))
	}
	l.Text = append(l.Text, fmt.Sprintf("The first has waited since %s.", wording.Date(n.Since)))
	return l
}

func refusals(n notices.Notice) Letter {
	return Letter{
		Subject: fmt.Sprintf("[ghexport] 401 from Greenhouse for %s within minutes", wording.Count(len(n.Companies), "company")),
		Text: []string{
			fmt.Sprintf("Since %s Greenhouse has refused the sign-in of %s. That is rarely their fault: it is Greenhouse's, or ours.", wording.Date(n.Since), strings.Join(n.Companies, ", ")),
			fmt.Sprintf("%s. Each company is looked at and let go by itself. Their mails are held back until it is over.", waiting(n.Waiting)),
		},
		Steps: []string{
			"Look at https://status.greenhouse.io.",
			"Did we deploy within the hour? If requests changed, go back.",
			"If it is over and companies stay refused, they are told by themselves.",
		},
		Action: "The runbook",
	}
}

func keyUnreadable(n notices.Notice) Letter {
	return Letter{
		Subject: fmt.Sprintf("[ghexport] the stored key of %s does not open", n.OrgID),
		Text: []string{
			fmt.Sprintf("Since %s the key of %s cannot be opened, though the keyset has the key that sealed it. %s", wording.Date(n.Since), n.OrgID, waiting(n.Waiting)),
			"The stored value was altered, or copied from another company or database. The company is not told.",
		},
		Action: "The runbook",
	}
}

// company closes what goes to companies.
const company = "You get this because somebody of your company entered this address under Settings > Integrations > Greenhouse on interviewing.io, " +
	"which is also where to change it."

// link leads to where something can be done about it. A company's admin comes to the console by the product, so that a link that asks to
// log in is opened by opening Settings > Integrations > Greenhouse there.
func link(n notices.Notice, public string) string {
	if public == "" {
		return ""
	}
	page := "/orgs/" + url.PathEscape(n.OrgID)
	switch n.Kind {
	case notices.Broken, notices.StillBroken:
		page += "/settings"
	case notices.NeedsDecision:
		page += "/decisions"
	case notices.WorksAgain:
		page += "/exports"
	case notices.Moved:
		page += "/tracking"
	case notices.Refusals, notices.KeyUnreadable:
		page = "/runbooks/" + url.PathEscape(string(n.Cause))
	}
	return strings.TrimRight(public, "/") + page
}

func waiting(n int64) string {
	switch n {
	case 0:
		return "No candidate is waiting yet, and none will be lost."
	case 1:
		return "1 candidate is waiting, and is not lost."
	default:
		return fmt.Sprintf("%d candidates are waiting; none are lost.", n)
	}
}

func were(n int64) string {
	if n == 1 {
		return "1 candidate was"
	}
	return fmt.Sprintf("%d candidates were", n)
}

func needs(n int64) string {
	if n == 1 {
		return "1 candidate needs"
	}
	return fmt.Sprintf("%d candidates need", n)
}

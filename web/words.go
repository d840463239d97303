package web

import (
	"fmt"
	"html/template"
	"strconv"
	"strings"
	"time"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/wording"
)

// words are the functions by which templates turn facts into words.
var words = template.FuncMap{
	"act":      func(action string) string { return wording.Action(ledger.Action(action)) },
	"state":    stateWord,
	"meaning":  func(s ledger.State) string { return stateMeanings[s] },
	"because":  because,
	"flag":     flagWord,
	"notice":   func(k store.NoticeKind) string { return noticeWords[k] },
	"moment":   moment,
	"minute":   func(t time.Time) string { return t.UTC().Format("2006-01-02 15:04") },
	"rfc":      func(t time.Time) string { return t.UTC().Format(time.RFC3339) },
	"age":      func(s store.Seconds) string { return inWords(s.Duration()) },
	"lasted":   func(a store.AttemptRow) string { return inWords(a.FinishedAt.Sub(a.StartedAt)) },
	"holdings": holdings,
	"count":    count,
	"plural":   plural,
	"plural64": func(n int, one, many string) string { return plural(int64(n), one, many) },
	"policy":   func(name string) string { return policyWords[name] },
	"policies": func() []string { return policyNames },

	"sentenceCase": sentenceCase,
	"fault":        func(f ledger.Fault) string { return faultWords[f] },
	"exportsOf":    exportsOf,
	"pace":         func(name string, p store.Pace) namedPace { return namedPace{name, p} },
	"percent":      percent,
	"companyHome":  companyHome,
	"failedBy":     func(h store.Hour, f string) int64 { return h.Failed[ledger.Fault(f)] },
}

func stateWord(s ledger.State) string { return sentenceCase(string(s)) }

func sentenceCase(text string) string { return strings.ToUpper(text[:1]) + text[1:] }

// stateMeanings are shown under the count of each state.
var stateMeanings = map[ledger.State]string{
	ledger.StateIneligible: "not both said yes",
	ledger.StatePending:    "waiting for its turn",
	ledger.StateQueued:     "handed to a worker",
	ledger.StateSending:    "on its way",
	ledger.StateSent:       "in Greenhouse",
	ledger.StateUnknown:    "may be in Greenhouse",
	ledger.StateDuplicate:  "waiting for a decision",
	ledger.StateDead:       "refused, or given up",
	ledger.StateCancelled:  "ended by a person",
}

var causeWords = map[ledger.Cause]string{
	ledger.CauseDecisionMissing:   "a decision is missing",
	ledger.CauseDecisionNo:        "one of the two said no",
	ledger.CauseWithdrawn:         "a yes was withdrawn",
	ledger.CausePractice:          "it was a practice interview",
	ledger.CauseGreenhouseDown:    "Greenhouse could not be reached, or failed",
	ledger.CauseLimited:           "Greenhouse asked us to slow down",
	ledger.CauseOutcomeUnknown:    "it was sent, and no readable answer came",
	ledger.CauseDuplicatePossible: "this candidate was sent to this company before, or may have been",
	ledger.CausePayloadRefused:    "Greenhouse refused what was sent",
	ledger.CauseTargetGone:        "the job or prospect pool is gone from Greenhouse",
	ledger.CauseTargetRefused:     "the “created by” user may not use the job or prospect pool",
	ledger.CauseBug:               "the exporter itself failed",
	ledger.CauseDiscarded:         "somebody discarded it",
	ledger.CauseSkipped:           "somebody decided not to send it",
	ledger.CauseDropped:           "it was dropped when its company was turned on",
	ledger.CauseErased:            "its personal data was erased",
	ledger.CauseStopped:           "everything is stopped",
	ledger.CauseOff:               "the company is not turned on",
	ledger.CauseIncomplete:        "the company's key or its “created by” email is missing",
	ledger.CauseDecryptFailed:     "the company's key cannot be opened with our keyset",
	ledger.CauseUntested:          "the connection has not passed a test",
	ledger.CausePaused:            "somebody paused the company",
	ledger.CauseAuthRejected:      "Greenhouse rejects the key or the “created by” email",
	ledger.CausePermissionDenied:  "the “created by” user may not add candidates",
	ledger.CauseRefusing:          "Greenhouse refused one export after another",
	ledger.CauseMessageInvalid:    "the producer's message could not be read",
}

// policyNames are what a company can do with second interviews of a candidate.
var policyNames = []string{"hold", "create", "skip"}

var policyWords = map[string]string{
	"hold": "ask each time", "create": "create a second profile without asking", "skip": "leave them out without asking",
}

// because says a cause in words, and one that is unknown here by its name.
func because(c ledger.Cause) string {
	if text, ok := causeWords[c]; ok {
		return text
	}
	return string(c)
}

var flagWords = map[string]string{
	ledger.FlagEditedAfterSend:    "the result was edited after it was sent",
	ledger.FlagWithdrawnAfterSend: "a yes was withdrawn after it was sent",
	ledger.FlagResentAfter5xx:     "it was sent again after an error of Greenhouse's: look for a second profile",
	ledger.FlagVersionConflict:    "two results came with the same version",
	ledger.FlagDecisionVanished:   "a decision that had been given is gone from a newer result",
	ledger.FlagDoubled:            "two attempts were both accepted: there are two profiles",
	ledger.FlagMayExist:           "it may be in Greenhouse",
	ledger.FlagNamePadded:         "the name is one word, so the last name is “-”",
	ledger.FlagLinkedInLeftOut:    "the LinkedIn address was no profile, and left out",
	ledger.FlagNoteCut:            "the feedback was too long, and cut",
}

func flagWord(flag string) string {
	if text, ok := flagWords[flag]; ok {
		return text
	}
	return flag
}

// sentence says where an export stands, and why, as one would say it.
func sentence(e store.ExportRow) string {
	why := ""
	if e.Cause != nil {
		why = because(*e.Cause)
	}
	switch {
	case e.Held != nil:
		return "Held: " + because(*e.Held) + ". It goes by itself once that is over."
	case e.State == ledger.StatePending && why != "":
		return "Waiting to be sent again, because " + why + "."
	case e.State == ledger.StateIneligible:
		return "Nothing is sent: " + why + "."
	case e.State == ledger.StateUnknown:
		return "It was sent and no readable answer came: it may or may not be in Greenhouse. Look there, then say which. It is never sent again by itself."
	case e.State == ledger.StateDuplicate:
		return "It waits for a decision: " + why + "."
	case e.State == ledger.StateDead:
		return "A dead letter: " + why + ". It stays here until somebody replays or discards it."
	case e.State == ledger.StateCancelled:
		return "Ended: " + why + "."
	}
	return plainSentences[e.State]
}

var plainSentences = map[ledger.State]string{
	ledger.StatePending: "Waiting for its turn.",
	ledger.StateQueued:  "Handed to a worker, about to be sent.",
	ledger.StateSending: "On its way to Greenhouse right now.",
	ledger.StateSent:    "In Greenhouse. It is never sent again.",
}

// commands are what an operator may do with an export as it stands.
func commands(e ledger.Export) []string {
	list := []string{"ghexport show " + strconv.FormatInt(e.ID, 10)}
	for _, verb := range ledger.Allowed(e) {
		list = append(list, wording.Command(verb, e.ID))
	}
	return list
}

// holdings sums up the companies of one reason.
func holdings(g store.HeldGroup) string {
	return fmt.Sprintf("%s, %s waiting", plural(g.Count, "company", "companies"), plural(g.Waiting, "export", "exports"))
}

func plural(n int64, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return count(n) + " " + many
}

// count groups digits by thousands, as the text around it is English.
func count(n int64) string {
	digits := strconv.FormatInt(n, 10)
	for i := len(digits) - 3; i > 0 && digits[i-1] != '-'; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}

func moment(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05 UTC") }

// inWords rounds a length of time to what a person would say.
func inWords(d time.Duration) string {
	switch {
	case d < time.Second:
		return fmt.Sprintf("%d ms", d.Milliseconds())
	case d < time.Minute:
		return fmt.Sprintf("%d s", int(d.Seconds()))
	case d < time.Hour:
		return fmt.Sprintf("%d min", int(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h %d min", int(d.Hours()), int(d.Minutes())%60)
	default:
		return fmt.Sprintf("%d days", int(d.Hours()/24))
	}
}

// noticeWords say what a notice told.
var noticeWords = map[store.NoticeKind]string{
	store.NoticeBroken:        "Greenhouse began to refuse us",
	store.NoticeStillBroken:   "Greenhouse still refuses us",
	store.NoticeWorksAgain:    "It works again",
	store.NoticeNeedsDecision: "Exports need a decision",
	store.NoticeRefusals:      "Several companies are refused",
	store.NoticeKeyUnreadable: "A key does not open",
}

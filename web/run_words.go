package web

import (
	"html/template"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store/runs"
	"github.com/interviewing-io/greenhouse-export/wording"
)

// runWords are the words of dead letters and runs.
var runWords = template.FuncMap{
	"plural64":     func(n int, one, many string) string { return wording.Plural(int64(n), one, many) },
	"shown":        func(list []runs.PlanGroup) []runs.PlanGroup { return list[:min(len(list), plannedGroups)] },
	"unshown":      func(list []runs.PlanGroup) int { return max(0, len(list)-plannedGroups) },
	"verdictWord":  func(v ledger.Verdict) string { return verdictWords[v] },
	"verdictClass": func(v ledger.Verdict) string { return verdictClasses[v] },
	"runClass":     func(s runs.State) string { return runClasses[s] },
	"runSentence":  runSentence,
	"memberWord":   memberWord,
	"deref":        func(s *string) string { return *s },
}

var verdictWords = map[ledger.Verdict]string{
	ledger.VerdictSafe: "Safe to replay", ledger.VerdictTry: "Send one first", ledger.VerdictAgain: "Not yet",
}

var verdictClasses = map[ledger.Verdict]string{ledger.VerdictSafe: "good", ledger.VerdictTry: "warn", ledger.VerdictAgain: "bad"}

var runClasses = map[runs.State]string{
	runs.Running: "info", runs.Paused: "warn", runs.Stopped: "bad", runs.Done: "good",
}

// runSentence says how far a run is, as one would say it.
func runSentence(r *runs.Run) string {
	switch {
	case r.State == runs.Done:
		return "Every export of it has settled."
	case r.State == runs.Stopped && r.EndedAt != nil:
		return "Stopped for good; what was not released is as it was."
	case r.State == runs.Stopped:
		return "Stopped for good; what was released is still on its way."
	case r.State == runs.Paused:
		return "It releases nothing until somebody resumes it."
	case r.Phase == runs.PhaseCanary && r.Counts.Released == 0 && r.Counts.Held == r.Counts.Waiting:
		return "It waits until a company of its may send again."
	case r.Phase == runs.PhaseCanary:
		return "What goes first is awaited; the rest waits until it is in Greenhouse."
	case r.Phase == runs.PhaseVerify:
		return "Everything is released; the last are awaited."
	}
	return "What went first got through; the rest goes after live work, within the companies' budgets."
}

func memberWord(s runs.MemberState) string {
	for _, one := range outcomes(runs.Counts{}) {
		if one.State == s {
			return one.Word
		}
	}
	return "Withdrawn" // ineligible by now
}

package wording

import "github.com/interviewing-io/greenhouse-export/ledger"

// where says from which producer's own database the newest message came; nothing of the one that holds the ledger.
func (f whyFacts) where() string {
	if f.Source == nil {
		return ""
	}
	return " in its own database, the source " + *f.Source
}

// unread tells of sources in which a message of the interview may lie that is not known here. Once it is in Greenhouse, that matters no more
// for the question.
func (f whyFacts) unread(add addCheck) {
	if f.State != nil && *f.State == ledger.StateSent {
		return
	}
	for _, s := range f.Behind {
		if s.TroubleKind != "" {
			add("read", false, "Source %s was not read for %s (%s): a result committed there is not known here.", s.Name, Age(s.Lag()), SourceTroubleSays(s.TroubleKind))
		} else {
			add("read", false, "Source %s is behind by %s: a result committed there may not be known here yet.", s.Name, Age(s.Lag()))
		}
	}
}

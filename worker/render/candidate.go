package render

import (
	"strings"

	"github.com/interviewing-io/greenhouse-export/greenhouse"
	"github.com/interviewing-io/greenhouse-export/store"
)

// Candidate is the request: what was rendered at fold, with the company's choices as read at the intent, and nothing else.
func Candidate(g *store.Granted) greenhouse.CreateCandidate {
	c := greenhouse.CreateCandidate{
		Prospect:   true,
		FirstName:  g.Body.FirstName,
		LastName:   g.Body.LastName,
		ExternalID: g.CandidateID,
		Emails:     []greenhouse.Email{{Email: g.Body.Email, Type: "other"}},
		Notes:      g.Body.Note,
	}
	if g.Body.LinkedIn != "" {
		c.SocialMedia = []greenhouse.SocialMedia{{URL: g.Body.LinkedIn}}
	}
	switch {
	case g.Company.JobID != nil:
		c.Prospect, c.JobID = false, *g.Company.JobID
	case g.Company.PoolID != nil:
		c.ProspectPoolID = *g.Company.PoolID
		if g.Company.StageID != nil {
			c.ProspectPoolStageID = *g.Company.StageID
		}
	}
	c.Referrer = referrerOf(g)
	return c
}

// referrerOf returns who gets the credit; nil leaves it to the user in whose name the request is made, also where the interviewer should
// get it and is not known well enough.
func referrerOf(g *store.Granted) *greenhouse.Referrer {
	switch {
	case g.Company.Credit == "fixed" && g.Company.CreditTo != nil:
		to := g.Company.CreditTo
		return &greenhouse.Referrer{Email: to.Email, FirstName: to.FirstName, LastName: to.LastName}
	case g.Company.Credit == "interviewer" && g.Body.InterviewerEmail != "" && g.Body.InterviewerName != "":
		first, last, _ := SplitName("", "", g.Body.InterviewerName)
		return &greenhouse.Referrer{Email: g.Body.InterviewerEmail, FirstName: first, LastName: last}
	}
	return nil
}

// Detail returns what the ledger keeps of a failure: Greenhouse's field names and messages without what was sent about the person, or the
// kind of connection failure.
func Detail(e *greenhouse.Error, about Person) string {
	var parts []string
	for _, f := range e.Fields {
		parts = append(parts, strings.Trim(f.Field+": "+f.Message, ": "))
	}
	if len(parts) == 0 && e.Message != "" {
		parts = append(parts, e.Message)
	}
	words := Mask(strings.Join(parts, "; "), about)
	switch {
	case words == "" || e.Reason == "":
		return words + e.Reason
	default:
		return e.Reason + ": " + words
	}
}

package web

import (
	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/web/auth"
)

// firstStep holds what comes next for a company that does not send yet, with its link.
type firstStep struct{ Says, Text, Href string }

// firstStepOf says what comes next; nil where nothing has to be done before it sends, or where whoever looks cannot do it. Links tells
// that ours can make one for the company's admin.
func firstStepOf(i store.Integration, acts, staff, links bool) *firstStep {
	settings := auth.CompanyHome(i.OrgID) + "/settings"
	switch {
	case staff && !acts:
		return nil
	case !i.HasKey && staff && links:
		return &firstStep{"Their admin has to enter the Greenhouse API key. Send them a link: it opens this company’s settings once, and no mail or ticket carries the key.", "Make a link for their admin", "#link"}
	case !i.HasKey:
		return &firstStep{"First enter the Greenhouse API key and the email of the user as whom candidates are added; the settings say where to find both.", "Enter key and email", settings + "#connect"}
	case i.CreatedBy == nil:
		return &firstStep{"The key is saved. The email of the user as whom candidates are added is missing.", "Enter the email", settings + "#connect"}
	case !i.Tested:
		return &firstStep{"Key and email are saved. Nothing is sent before a test with both has passed.", "Test the connection", settings + "#connect"}
	case i.State == ledger.ConnectionReady:
		return &firstStep{"The test passed. Nothing is sent before it is turned on.", "Turn it on", settings + "#greenhouse"}
	}
	return nil
}

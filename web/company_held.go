package web

import (
	"net/http"

	"github.com/interviewing-io/greenhouse-export/store/erasure"
	"github.com/interviewing-io/greenhouse-export/web/auth"
)

// companyHeldPage asks what is held about a person of one company, and shows it. Whom stands in forms alone, never in an address.
type companyHeldPage struct {
	Org   string
	Tabs  []navItem
	Staff bool
	heldPanel
}

func (k *console) companyHeldRoutes() []route {
	may := operators.andCompany()
	return []route{
		allow(may, "GET /orgs/{org}/held", k.companyHeldForm),
		allow(may, "POST /orgs/{org}/held", k.companyHeld),
	}
}

func (k *console) companyHeldForm(w http.ResponseWriter, r *http.Request) {
	k.showCompanyHeld(w, r, http.StatusOK, heldPanel{})
}

// companyHeld shows what is held about a person of the company, or sends it as a file, and records who asked.
func (k *console) companyHeld(w http.ResponseWriter, r *http.Request) {
	k.answerHeld(w, r, heldAsked{
		org: r.PathValue("org"), nobody: "Say whom: the email as it was sent, or the candidate’s id at interviewing.io.",
		find: erasure.In(k.Store).HeldForCompany, show: k.showCompanyHeld,
	})
}

func (k *console) showCompanyHeld(w http.ResponseWriter, r *http.Request, status int, panel heldPanel) {
	org := r.PathValue("org")
	k.show(w, r, status, "company_held", "What "+org+" holds", companyHeldPage{org, companyTabs(r, org), auth.Who(r).Role.Staff(), panel})
}

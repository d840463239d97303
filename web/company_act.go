package web

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/web/api"
	"github.com/interviewing-io/greenhouse-export/web/auth"
)

// companyAct is one of ours doing something to a company, for a reason: what does it, and what to say when it changed something, and
// when it was so already.
func (k *console) companyAct(do func(context.Context, string, store.By) (bool, error), done, already string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		reason, wrong := reasonOf(r)
		if wrong != "" {
			k.showCompany(w, r, http.StatusUnprocessableEntity, wrong)
			return
		}
		changed, err := do(r.Context(), r.PathValue("org"), auth.By(r, reason))
		switch {
		case errors.Is(err, store.ErrNotFound):
			k.showCompany(w, r, http.StatusConflict, "Nobody has connected this company yet, so there is nothing to do that to.")
		case err != nil:
			k.broken(w, r, err)
		case changed:
			http.Redirect(w, r, auth.CompanyHome(r.PathValue("org"))+"?done="+done, http.StatusSeeOther)
		default:
			http.Redirect(w, r, auth.CompanyHome(r.PathValue("org"))+"?done="+already, http.StatusSeeOther)
		}
	}
}

// reasonOf reads why somebody does something. Ours must say so, since a person will ask; wrong says what to mend.
func reasonOf(r *http.Request) (reason, wrong string) {
	reason = strings.TrimSpace(r.PostFormValue("reason"))
	switch {
	case reason == "":
		return "", "Say why: somebody will ask later."
	case len([]rune(reason)) > api.ReasonMax:
		return "", fmt.Sprintf("Say why in %d characters at most.", api.ReasonMax)
	}
	return reason, ""
}

// companyLinkPage shows a link that opens one company, once.
type companyLinkPage struct {
	Org, For, Address string
	Reads             bool // it is a recruiter's
	Staff             bool
	Expires           time.Time
}

// linkCompany makes a link by which one of the company's people comes: an admin, to enter the key where no mail and no ticket carries it,
// or a recruiter, to see who arrived.
func (k *console) linkCompany(w http.ResponseWriter, r *http.Request) {
	reason, wrong := reasonOf(r)
	whom := strings.TrimSpace(r.PostFormValue("for"))
	if wrong == "" && whom == "" {
		wrong = "Say for whom the link is: that name stands in the activity log."
	}
	role := auth.Role(cmp.Or(r.PostFormValue("as"), string(auth.RoleCompany)))
	if wrong == "" && !role.OfCompany() {
		wrong = "Say what the link is for: their admin, or a recruiter."
	}
	if wrong != "" {
		k.showCompany(w, r, http.StatusUnprocessableEntity, wrong)
		return
	}
	k.showLink(w, r, whom, role, reason, func(wrong string) { k.showCompany(w, r, http.StatusUnprocessableEntity, wrong) })
}

// showLink makes a link for one of the company's people, records that, and shows it this once; refuse says why none can be made.
func (k *console) showLink(w http.ResponseWriter, r *http.Request, whom string, role auth.Role, reason string, refuse func(wrong string)) {
	org := r.PathValue("org")
	l := auth.NewLink(org, whom, k.Now(), auth.LinkLifeMax).For(role)
	address, err := l.Sign(k.LinkSecret, k.PublicURL)
	if err != nil {
		refuse("No link can be made: " + err.Error() + ".")
		return
	}
	if err := l.Record(r.Context(), k.Store, auth.By(r, reason), k.Now()); err != nil { // what leaves no trace is not done
		k.broken(w, r, err)
		return
	}
	k.show(w, r, http.StatusOK, "company_link", "Link for "+whom, companyLinkPage{
		Org: org, Staff: auth.Who(r).Role.Staff(), For: whom, Address: address, Reads: role == auth.RoleRecruiter, Expires: time.Unix(l.Expires, 0),
	})
}

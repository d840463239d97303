package web

import (
	"net/http"
	"time"

	"github.com/interviewing-io/greenhouse-export/store/access"
	"github.com/interviewing-io/greenhouse-export/web/auth"
)

// enterPage asks one of a company's people to go on.
type enterPage struct {
	Org   string
	Who   string
	Token string
	Reads bool // it lets a recruiter in
}

const linkOver = "This link has expired, was opened before, or is not whole. Open Greenhouse's settings from interviewing.io again."

// linkPage shows a link's button. Opening takes a POST, so that programs which look at links in mails and chats use none of them up.
func (k *console) linkPage(w http.ResponseWriter, r *http.Request) {
	token := r.URL.Query().Get("token")
	l, _, err := auth.OpenLink(k.LinkSecret, token, k.Now())
	if err != nil {
		k.refuseLink(w, r)
		return
	}
	k.show(w, r, http.StatusOK, "enter", "Log in", enterPage{Org: l.Org, Who: l.Who, Token: token, Reads: l.Role() == auth.RoleRecruiter})
}

func (k *console) openLink(w http.ResponseWriter, r *http.Request) {
	l, digest, err := auth.OpenLink(k.LinkSecret, r.PostFormValue("token"), k.Now())
	if err != nil {
		k.refuseLink(w, r)
		return
	}
	p := auth.Principal{Name: l.Who, Role: l.Role(), Org: l.Org, Method: "link"}
	opened, err := access.In(k.Store).OpenLink(r.Context(), digest, auth.By(auth.WithPrincipal(r, p), ""), l.Org, string(p.Role), k.Now(), time.Unix(l.Expires, 0))
	switch {
	case err != nil:
		k.broken(w, r, err)
	case !opened:
		k.refuseLink(w, r)
	default:
		k.enter(w, r, p, auth.LinkSource(k.LinkSecret), p.Home())
	}
}

// refuseLink says the same whatever is wrong, and the later the more were tried. A link that is good opens without waiting, since nobody
// finds one by trying.
func (k *console) refuseLink(w http.ResponseWriter, r *http.Request) {
	tries, err := k.login.Throttle.Door(r.Context(), auth.Network(r), "link")
	if err != nil {
		k.broken(w, r, err)
		return
	}
	k.noteFailure(r, unknownName, "link", tries)
	k.refuse(w, r, http.StatusForbidden, linkOver)
}

package web

import (
	"net/http"
	"time"

	"go.uber.org/zap"

	"github.com/interviewing-io/greenhouse-export/web/auth"
	"github.com/interviewing-io/greenhouse-export/wording"
)

// enterPage asks a company's admin to go on.
type enterPage struct {
	Org   string
	Who   string
	Token string
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
	k.show(w, r, http.StatusOK, "enter", "Log in", enterPage{Org: l.Org, Who: l.Who, Token: token})
}

func (k *console) openLink(w http.ResponseWriter, r *http.Request) {
	l, digest, err := auth.OpenLink(k.LinkSecret, r.PostFormValue("token"), k.Now())
	if err != nil {
		k.refuseLink(w, r)
		return
	}
	p := auth.Principal{Name: l.Who, Role: auth.RoleCompany, Org: l.Org}
	opened, err := k.Store.OpenLink(r.Context(), digest, auth.By(auth.WithPrincipal(r, p), ""), l.Org, k.Now(), time.Unix(l.Expires, 0))
	switch {
	case err != nil:
		k.broken(w, r, err)
	case !opened:
		k.refuseLink(w, r)
	default:
		k.enter(w, r, p, auth.LinkSource(k.LinkSecret), p.Home())
	}
}

// refuseLink says the same whatever is wrong. Who tries many is told to wait; a link that is good opens even so, since nobody finds
// one by trying, and the tries of one must not lock out others behind the same proxy.
func (k *console) refuseLink(w http.ResponseWriter, r *http.Request) {
	address := auth.ClientAddress(r.RemoteAddr)
	if wait := k.login.Throttle.BeginAt(address, "link"); wait > 0 {
		k.tooMany(w, wait)
		k.refuse(w, r, http.StatusTooManyRequests, "Too many links were tried. Try again in "+wording.Age(wait)+".")
		return
	}
	k.Log.Warn("console link refused", zap.String("address", address))
	k.refuse(w, r, http.StatusForbidden, linkOver)
}

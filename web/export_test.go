package web

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"slices"

	"github.com/interviewing-io/greenhouse-export/web/auth"
	"github.com/interviewing-io/greenhouse-export/web/hooks"
)

// Route is one line of the table of routes, for the test that walks it.
type Route struct {
	Pattern string
	Anyone  bool
	AnyOrg  bool
	roles   []auth.Role
}

// Allows says whether the rule names a role.
func (r Route) Allows(name string) bool { return slices.Contains(r.roles, auth.Role(name)) }

// Routes is the table of a console of which every part is turned on.
func Routes() []Route {
	k := &console{Config: Config{RiverUI: http.NotFoundHandler(), Hooks: &hooks.Door{}, LinkSecret: "set"}, sso: &auth.SSO{}}
	var list []Route
	for _, r := range k.routes() {
		list = append(list, Route{Pattern: r.pattern, Anyone: r.may.anyone, AnyOrg: r.may.anyOrg, roles: r.may.roles})
	}
	return list
}

// SignText makes a token of any text, signed under a domain.
func SignText(secret, domain, text string) string {
	payload := base64.RawURLEncoding.EncodeToString([]byte(text))
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(domain + payload))
	return auth.LinkVersion + payload + "." + base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

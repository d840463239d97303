package web

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// roleRule says which values of which claim give which role.
type roleRule struct {
	claim string
	roles map[string]role
}

// parseRoleRule reads `claim:value=role,value=role`. The claim's name may hold colons, a value none.
func parseRoleRule(text string) (roleRule, error) {
	entries := strings.Split(text, ",")
	colon := strings.LastIndexByte(strings.SplitN(entries[0], "=", 2)[0], ':')
	if colon <= 0 {
		return roleRule{}, errors.New("GHEXPORT_OIDC_ROLES: must be claim:value=role,value=role, such as groups:sre=oncall,hiring-eng=admin")
	}
	rule := roleRule{claim: strings.TrimSpace(entries[0][:colon]), roles: map[string]role{}}
	entries[0] = entries[0][colon+1:]
	var problems []error
	for i, entry := range entries {
		value, name, _ := strings.Cut(strings.TrimSpace(entry), "=")
		value, name = strings.TrimSpace(value), strings.TrimSpace(name)
		_, twice := rule.roles[value]
		switch {
		case value == "" || strings.Contains(value, ":") || !role(name).staff():
			problems = append(problems, fmt.Errorf("GHEXPORT_OIDC_ROLES: entry %d must be value=role, with the role viewer, oncall or admin", i+1))
		case twice:
			problems = append(problems, fmt.Errorf("GHEXPORT_OIDC_ROLES: entry %d names a value of an earlier one", i+1))
		}
		rule.roles[value] = role(name)
	}
	return rule, errors.Join(problems...)
}

// claims are what a provider says about a person.
type claims map[string]any

// role is the highest that any value of the claim gives, or none. An email that the provider has not verified gives none.
func (rule roleRule) role(c claims) role {
	if rule.claim == "email" && !c.is("email_verified") {
		return ""
	}
	values, many := c[rule.claim].([]any)
	if !many {
		values = []any{c[rule.claim]}
	}
	highest := -1
	for _, value := range values {
		if text, ok := value.(string); ok {
			highest = max(highest, slices.Index(staffRoles, rule.roles[text]))
		}
	}
	if highest < 0 {
		return ""
	}
	return staffRoles[highest]
}

// is reads a claim that is true or false; some providers write it as text.
func (c claims) is(name string) bool { return c[name] == true || c[name] == "true" }

// maxName bounds what a provider may call somebody.
const maxName = 200

// name is what the audit trail calls a person: the email, which colleagues know, unless the provider doubts it, else the subject.
// Neither can be chosen freely, as other claims can.
func (c claims) name() (string, error) {
	_, stated := c["email_verified"]
	for _, claim := range []string{"email", "sub"} {
		name, _ := c[claim].(string)
		if claim == "email" && stated && !c.is("email_verified") {
			continue
		}
		if name != "" && utf8.RuneCountInString(name) <= maxName && !strings.ContainsFunc(name, unicode.IsControl) {
			return name, nil
		}
	}
	return "", errSSO("the ID token names nobody")
}

// loopback tells an address of this very machine.
func loopback(host string) bool {
	return strings.EqualFold(host, "localhost") || net.ParseIP(host).IsLoopback()
}

// checkOIDC finds everything that is wrong with the settings, and repeats no secret.
func (c Config) checkOIDC() (roleRule, error) {
	o := c.OIDC
	if o == (OIDC{}) {
		return roleRule{}, nil
	}
	var problems []error
	for _, s := range []struct{ name, value string }{
		{"GHEXPORT_OIDC_ISSUER", o.Issuer}, {"GHEXPORT_OIDC_CLIENT_ID", o.ClientID}, {"GHEXPORT_OIDC_CLIENT_SECRET", o.ClientSecret},
		{"GHEXPORT_OIDC_ROLES", o.Roles}, {"GHEXPORT_PUBLIC_URL", c.PublicURL},
	} {
		if s.value == "" {
			problems = append(problems, fmt.Errorf("%s: not set, and single sign-on needs it", s.name))
		}
	}
	u, err := url.Parse(o.Issuer)
	switch {
	case o.Issuer == "":
	case err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" || u.Scheme != "http" && u.Scheme != "https":
		problems = append(problems, errors.New("GHEXPORT_OIDC_ISSUER: must be a URL like https://login.example.com"))
	case u.Scheme == "http" && !c.Dev && !loopback(u.Hostname()):
		problems = append(problems, errors.New("GHEXPORT_OIDC_ISSUER: plain http leads only to a loopback address"))
	}
	var rule roleRule
	if o.Roles != "" {
		rule, err = parseRoleRule(o.Roles)
		problems = append(problems, err)
	}
	return rule, errors.Join(problems...)
}

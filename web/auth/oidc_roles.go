package auth

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

// RoleRule says which values of which claim give which role.
type RoleRule struct {
	claim string
	roles map[string]Role
}

// parseRoleRule reads `claim:value=role,value=role`. The claim's name may hold colons, a value none.
func parseRoleRule(text string) (RoleRule, error) {
	entries := strings.Split(text, ",")
	colon := strings.LastIndexByte(strings.SplitN(entries[0], "=", 2)[0], ':')
	if colon <= 0 {
		return RoleRule{}, errors.New("GHEXPORT_OIDC_ROLES: must be claim:value=role,value=role, such as groups:sre=oncall,hiring-eng=admin")
	}
	rule := RoleRule{claim: strings.TrimSpace(entries[0][:colon]), roles: map[string]Role{}}
	entries[0] = entries[0][colon+1:]
	var problems []error
	for i, entry := range entries {
		value, name, _ := strings.Cut(strings.TrimSpace(entry), "=")
		value, name = strings.TrimSpace(value), strings.TrimSpace(name)
		_, twice := rule.roles[value]
		switch {
		case value == "" || strings.Contains(value, ":") || !Role(name).Staff():
			problems = append(problems, fmt.Errorf("GHEXPORT_OIDC_ROLES: entry %d must be value=role, with the role viewer, oncall or admin", i+1))
		case twice:
			problems = append(problems, fmt.Errorf("GHEXPORT_OIDC_ROLES: entry %d names a value of an earlier one", i+1))
		}
		rule.roles[value] = Role(name)
	}
	return rule, errors.Join(problems...)
}

// Claims hold what a provider says about a person.
type Claims map[string]any

// Role is the highest that any value of the claim gives, or none. An email that the provider has not verified gives none.
func (rule RoleRule) Role(c Claims) Role {
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
			highest = max(highest, slices.Index(StaffRoles, rule.roles[text]))
		}
	}
	if highest < 0 {
		return ""
	}
	return StaffRoles[highest]
}

// is reads a claim that is true or false; some providers write it as text.
func (c Claims) is(name string) bool { return c[name] == true || c[name] == "true" }

// maxName bounds what a provider may call somebody.
const maxName = 200

// Name returns what the audit trail calls a person: the email, which colleagues know, unless the provider doubts it, else the subject.
// Neither can be chosen freely, as other claims can.
func (c Claims) Name() (string, error) {
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
	return "", Refusal("the ID token names nobody")
}

// loopback tells an address of this very machine.
func loopback(host string) bool {
	return strings.EqualFold(host, "localhost") || net.ParseIP(host).IsLoopback()
}

// Check finds everything that is wrong with the settings, and repeats no secret.
func (o OIDC) Check(publicURL string, dev bool) (RoleRule, error) {
	if o == (OIDC{}) {
		return RoleRule{}, nil
	}
	var problems []error
	for _, s := range []struct{ name, value string }{
		{"GHEXPORT_OIDC_ISSUER", o.Issuer}, {"GHEXPORT_OIDC_CLIENT_ID", o.ClientID}, {"GHEXPORT_OIDC_CLIENT_SECRET", o.ClientSecret},
		{"GHEXPORT_OIDC_ROLES", o.Roles}, {"GHEXPORT_PUBLIC_URL", publicURL},
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
	case u.Scheme == "http" && !dev && !loopback(u.Hostname()):
		problems = append(problems, errors.New("GHEXPORT_OIDC_ISSUER: plain http leads only to a loopback address"))
	}
	var rule RoleRule
	if o.Roles != "" {
		rule, err = parseRoleRule(o.Roles)
		problems = append(problems, err)
	}
	return rule, errors.Join(problems...)
}

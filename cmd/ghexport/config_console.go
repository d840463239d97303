package main

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/web"
	"github.com/interviewing-io/greenhouse-export/web/auth"
)

// console returns how people log in, as package web reads it.
func (c Config) console() web.Config {
	return web.Config{
		Proxies: c.TrustedProxies, Users: c.ConsoleUsers, PublicURL: c.PublicURL, Dev: c.Dev, Simulated: c.simulated(), LinkSecret: c.LinkSecret,
		Keep: c.retention()[ledger.KeptPeople],
		OIDC: auth.OIDC{Issuer: c.OIDCIssuer, ClientID: c.OIDCClientID, ClientSecret: c.OIDCClientSecret, Roles: c.OIDCRoles, Scopes: c.OIDCScopes},
	}
}

// hasConsole says whether anybody can log in.
func (c Config) hasConsole() bool {
	return c.ConsoleUsers != "" || c.LinkSecret != "" || c.OIDCIssuer != ""
}

// secretFile is a secret that a file may hold instead of a variable.
type secretFile struct {
	name  string // the variable; that of the file ends in _FILE
	value *string
	file  string
}

func (c *Config) secretFiles() []secretFile {
	return []secretFile{
		{"GHEXPORT_OIDC_CLIENT_SECRET", &c.OIDCClientSecret, c.OIDCClientSecretFile},
		{"GHEXPORT_LINK_SECRET", &c.LinkSecret, c.LinkSecretFile},
	}
}

// checkConsole finds what is wrong with how people log in, so far as the variables tell: it opens no file.
func (c Config) checkConsole() problems {
	var found problems
	for _, s := range c.secretFiles() {
		if s.file != "" && *s.value != "" {
			found = append(found, fmt.Errorf("%s and %s_FILE: both are set, and only one may be", s.name, s.name))
		}
		if s.file != "" && *s.value == "" { // it is looked at where it is needed
			*s.value = strings.Repeat("?", auth.LinkSecretMin)
		}
	}
	return append(found, separated(c.console().Check())...)
}

// readSecrets reads the secrets that lie in files.
func (c *Config) readSecrets() problems {
	var found problems
	for _, s := range c.secretFiles() {
		if s.file == "" || *s.value != "" {
			continue
		}
		content, err := os.ReadFile(s.file)
		if err != nil {
			found = append(found, fmt.Errorf("%s_FILE: %w", s.name, err))
			continue
		}
		if *s.value = strings.TrimRight(string(content), "\r\n"); *s.value == "" {
			found = append(found, fmt.Errorf("%s_FILE: the file is empty", s.name))
		}
	}
	if len(found) > 0 || c.LinkSecretFile == "" {
		return found
	}
	return separated(web.Config{LinkSecret: c.LinkSecret, PublicURL: "https://checked.already.example"}.Check())
}

// needsLink finds what making a link lacks.
func (c Config) needsLink() problems {
	if c.LinkSecret != "" || c.LinkSecretFile != "" {
		return nil
	}
	return problems{hinted(errors.New("GHEXPORT_LINK_SECRET: not set, nor is GHEXPORT_LINK_SECRET_FILE"),
		"make one with openssl rand -base64 32, and give the same to the product and to every ghexport serve")}
}

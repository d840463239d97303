package web_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/web"
)

// An address that leads elsewhere than to Greenhouse is text on every page that shows it.
func TestProfiles_OnlyGreenhousesAreLinks(t *testing.T) {
	t.Parallel()
	s := setup(t)
	id := s.export("acme", "iv_linked", ledger.StateSent, ledger.CauseNone)
	pages := []string{fmt.Sprint("/exports/", id), "/exports", "/orgs/acme/exports", "/why?q=iv_linked", "/orgs/acme/why?q=iv_linked"}
	shows := func(s *site, address string, linked bool) {
		s.exec("UPDATE ghexport.exports SET profile_url = $1", address)
		for _, path := range pages {
			page := s.ask("GET", path, "", s.as("kim"))
			assert.Equal(t, http.StatusOK, page.StatusCode, path)
			assert.Contains(t, page.body, address, path)
			assert.Equal(t, linked, strings.Contains(page.body, `href="`+address+`"`), "%s: %s", path, address)
		}
	}
	shows(s, "https://app.greenhouse.io/people/7", true)
	shows(s, "https://app3.eu.greenhouse.io/people/7", true)
	for _, address := range []string{
		"http://app.greenhouse.io/people/7", "https://app.greenhouse.io.evil.example/people/7", "https://evil.example/people/7",
		"https://app.greenhouse.io@evil.example/people/7", "https://app.greenhouse.io:8443/people/7", "https://boards.greenhouse.io/people/7",
	} {
		shows(s, address, false)
	}
	shows(s.node(func(c *web.Config) { c.Simulated = true }), "http://127.0.0.1:9000/people/7", true)
}

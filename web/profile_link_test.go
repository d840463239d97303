package web_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/web"
)

// Every page on which somebody stands who was sent leads to them in Greenhouse; an address that leads elsewhere is text there.
func TestProfiles_OnlyGreenhousesAreLinks(t *testing.T) {
	t.Parallel()
	digests, with := findsPeople(t)
	s := setup(t, with)
	id, waits := s.twins("acme", "linked", digests)
	s.connected("acme")
	doubt := s.doubt("acme", "doubted", digests)
	s.person(doubt, digests, "Ada", "Lovelace", "linked@example.com") // the same person
	_, err := s.store.Pool.Exec(t.Context(), `
		WITH run AS (INSERT INTO ghexport.runs (actor, reason, selected, canary, stop_share, stop_from) VALUES ('kim', 'fixed', '{}', 1, 0.5, 10) RETURNING id)
		INSERT INTO ghexport.run_members (run_id, export_id, org_id, state, released_at, settled_at) SELECT run.id, $1, 'acme', 'sent', now(), now() FROM run`, id)
	require.NoError(t, err)
	s.exec("UPDATE ghexport.exports SET greenhouse_candidate_id = 8 WHERE id = $1", id) // followed from then on
	pages := []string{
		fmt.Sprint("/exports/", id), fmt.Sprint("/exports/", waits), "/exports", "/orgs/acme/exports", "/why?q=linked_first", "/orgs/acme/why?q=linked_first",
		"/decisions?state=duplicate", "/decisions?state=unknown", "/orgs/acme/tracking", "/orgs/acme/people", fmt.Sprint("/search?asked=1&by.interview=", id), "/runs/1",
	}
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

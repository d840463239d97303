package web_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestBrowser holds the tests' own eyes and ears to it: what they would miss, every test of a page would.
func TestBrowser(t *testing.T) {
	t.Parallel()
	s := setup(t)

	t.Run("FollowsFormsAndLinks", func(t *testing.T) {
		b := s.browser("")
		assert.Equal(t, 200, b.open("/dead-link?x=1"), "sent to the login page")
		b.fill("Name", "kim")
		b.fill("Password", password)
		b.in("main").click("Log in")
		b.sees("There is no such page.")
		b.click("Back to the start")
		assert.Equal(t, "/", b.path())
		b.click("Log out")
		b.sees("Log in")
	})

	t.Run("HearsWhatThePolicyKeptOut", func(t *testing.T) {
		b := s.browser("ada")
		b.open("/")
		require.Empty(t, b.trouble.list())
		eval[bool](b, `document.body.setAttribute("style", "color: red"), true`)
		require.NotEmpty(t, b.trouble.list())
		assert.Contains(t, b.trouble.list()[0], "Content Security Policy")
		b.trouble.found = nil // as it should be
	})

	t.Run("SeesSeededFaults", func(t *testing.T) {
		b := s.browser("ada")
		b.open("/")
		require.Empty(t, b.faults())
		for seeded, says := range map[string]string{
			`main.append(Object.assign(document.createElement("p"), {className: "soft", textContent: "pale words"})); main.lastChild.style.color = "#aaa"`:                 "color-contrast",
			`main.append(Object.assign(document.createElement("div"), {textContent: "wide"})); main.lastChild.style.width = "340px"`:                                       "320 px, light: the page is",
			`main.append(Object.assign(document.createElement("p"), {textContent: "unbreakable"})); main.lastChild.style.cssText = "width: 3rem; overflow-wrap: anywhere"`: "a word is broken in the middle: unbreakable",
			`main.append(document.createElement("input"))`: "label",
		} {
			eval[bool](b, `{ const main = document.querySelector("main"); `+seeded+`; true }`)
			assert.Contains(t, strings.Join(b.faults(), "\n"), says)
			eval[bool](b, `document.querySelector("main").lastChild.remove(), true`)
		}
	})
}

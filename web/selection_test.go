package web_test

import (
	"fmt"
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/ledger"
)

func TestBrowser_ActsOnASelection(t *testing.T) {
	t.Parallel()
	s := setup(t)
	s.connected("acme")
	ids := s.letters("acme", "is wrong", ledger.CausePayloadRefused, 55)
	b := s.browser("kim")
	b.open("/exports?state=dead")
	tick := func(id int64, shift bool) {
		eval[bool](b, fmt.Sprintf(`document.querySelector("[name=id][value='%d']").dispatchEvent(new MouseEvent("click", {bubbles: true, cancelable: true, shiftKey: %t}))`, id, shift))
	}

	t.Run("FromOneToAnother", func(t *testing.T) {
		tick(ids[54], false)
		tick(ids[50], true)
		b.waitFor("With 5 selected:")
		b.axe()
		b.shot("exports-selected")
		b.click("Send it again…")
		b.sees("Plan a replay", "5 exports of 1 company would go")
		assert.Contains(t, b.path(), "/runs/new?exports=")
		b.fill("Why", "they are mended")
		b.click("Replay 5 exports")
		b.sees("0 of 5 settled")
	})
	t.Run("OrAllThatMatch", func(t *testing.T) {
		b.open("/exports?state=dead&org=acme")
		b.tap("all 55 that match")
		b.click("Discard it…")
		b.sees("This concerns 55 exports (Dead) of acme")
		b.fill("Reason", "agreed with the company")
		b.fill("Type 55 to go on", "55")
		b.click("Discard it")
		b.sees("Done: 55 exports are discarded.")
		assert.Equal(t, "cancelled", s.state(ids[0]))
	})
	t.Run("AFilterIsKeptAsALink", func(t *testing.T) {
		b.open("/exports?state=dead&cause=payload.refused")
		b.fill("Name of this filter", "refused")
		b.tap("Keep this filter")
		b.waitFor("refused ×")
		b.open("/exports")
		b.in(".saved").click("refused")
		assert.Equal(t, "/exports?state=dead&cause=payload.refused", b.path())
		b.axe()
	})
	t.Run("NothingMovesUnderWhoReads", func(t *testing.T) {
		b.open("/exports?state=cancelled")
		eval[bool](b, `document.querySelector("[name=id]").click(), document.getElementById("list").dataset.refresh = "1", true`)
		_, err := s.store.Pool.Exec(t.Context(), "UPDATE ghexport.exports SET interview_id = 'iv_renamed' WHERE id = $1", ids[53])
		require.NoError(t, err)
		b.seesNot("iv_renamed")
		assert.True(t, eval[bool](b, `import("/assets/live.js?now").then(() => true)`)) // one more loop, at the shorter interval
		b.waitFor("This has changed: show it")
		b.seesNot("iv_renamed")
		b.tap("This has changed: show it")
		b.waitFor("iv_renamed")
	})
}

func TestSelection_Refuses(t *testing.T) {
	t.Parallel()
	s := setup(t)
	dead := s.export("acme", "iv_1", ledger.StateDead, ledger.CauseBug)
	kim := s.as("kim")
	for _, path := range []string{
		"/exports/selected", "/exports/selected?act=replay", "/exports/selected?act=erase&id=1", "/exports/selected?act=skip&id=x", "/exports/selected?act=skip&all=1&state=nonsense",
	} {
		assert.Equal(t, http.StatusBadRequest, s.ask("GET", path, "", kim).StatusCode, path)
	}
	assert.Equal(t, http.StatusForbidden, s.ask("GET", fmt.Sprint("/exports/selected?act=skip&id=", dead), "", s.as("val")).StatusCode)
	assert.NotContains(t, s.ask("GET", "/exports", "", s.as("val")).body, "<input type=\"checkbox\" name=\"id\"")

	t.Run("ACompanyDiscardsNothingByIt", func(t *testing.T) {
		body, typed := form(url.Values{"answer": {"discard"}, "state": {"dead"}, "ids": {fmt.Sprint(dead)}, "count": {"1"}, "reason": {"x"}})
		assert.Equal(t, http.StatusBadRequest, s.ask("POST", "/orgs/acme/decisions/all", body, s.asCompany("acme"), typed).StatusCode)
		body, typed = form(url.Values{"answer": {"discard"}, "reason": {"x"}})
		assert.Equal(t, http.StatusUnprocessableEntity, s.ask("POST", exportPath(dead)+"/resolve", body, s.asCompany("acme"), typed).StatusCode)
		assert.Equal(t, "dead", s.state(dead))
	})
}

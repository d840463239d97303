package web_test

import (
	"context"
	"testing"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
)

// keys presses keys one after the other, as a keyboard does: what a page keeps for itself types nothing.
func keys(text string) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		for _, key := range text {
			for _, kind := range []input.DispatchKeyEventType{input.DispatchKeyEventTypeKeyDown, input.DispatchKeyEventTypeKeyUp} {
				p := input.DispatchKeyEventParams{Type: kind, Key: string(key)}
				if kind == input.DispatchKeyEventTypeKeyDown {
					p.Text = string(key)
				}
				if key == '\r' {
					p.Key, p.Code, p.WindowsVirtualKeyCode = "Enter", "Enter", 13
				}
				if _, err := chromedp.Call(ctx, input.DispatchKeyEvent, p); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

func (b *browser) press(text string) {
	b.t.Helper()
	b.run("press "+text, keys(text))
}

func TestBrowser_Keys(t *testing.T) {
	t.Parallel()
	digests, with := findsPeople(t)
	s := setup(t, with)
	s.someLedger(digests)
	focus := func(b *browser) string {
		return eval[string](b, `document.activeElement.id || document.activeElement.textContent`)
	}

	t.Run("LeadEverywhere", func(t *testing.T) {
		b := s.browser("kim")
		b.open("/")
		b.press("/")
		assert.Equal(t, "find", focus(b))
		b.press("g")
		assert.Equal(t, "g", eval[string](b, `document.activeElement.value`), "in a field a letter is a letter")
		b.fill("Find anything", "iv_dead")
		b.loads("Enter", keys("\r"))
		b.sees("Found: 1 export by the id of the interview.")
		b.axe()
		b.shot("search")
		for typed, path := range map[string]string{"ge": "/exports", "gd": "/decisions", "gx": "/dead", "gn": "/numbers", "go": "/"} {
			b.loads(typed, keys(typed))
			assert.Equal(t, path, b.path(), typed)
		}
		b.open("/exports")
		rows := eval[[]string](b, `[...document.querySelectorAll("tbody tr")].map(r => r.querySelector("a").textContent)`)
		b.press("j")
		assert.Equal(t, rows[0], focus(b))
		b.press("jj")
		assert.Equal(t, rows[2], focus(b))
		b.press("k")
		assert.Equal(t, rows[1], focus(b))
		b.press("?")
		b.sees("down and up in a list; Enter opens")
		b.axe()
		b.shot("keys")
		b.tap("Keys are on")
		b.tap("Close")
		b.press("?")
		assert.False(t, eval[bool](b, `document.getElementById("keys").open`), "they are off now")
	})
	t.Run("LeadACompanyWithinIt", func(t *testing.T) {
		b := s.browser("mia of acme")
		b.open("/orgs/acme")
		b.loads("g e", keys("ge"))
		assert.Equal(t, "/orgs/acme/exports", b.path())
	})
	t.Run("AreNotNeeded", func(t *testing.T) {
		b := s.browser("kim").withoutScript()
		b.open("/")
		b.fill("Find anything", "Grace <grace@example.com>")
		b.click("Find")
		b.sees("Found: 1 export by the email.", "iv_dead")
		b.seesNot("grace@", "down and up in a list")
	})
}

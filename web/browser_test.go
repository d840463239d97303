package web_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	cdpbrowser "github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// patience bounds every wait of a browser; what was awaited is in the message.
const patience = time.Minute

// browser is one person at one window, with a profile of its own. Its methods fail the test themselves.
type browser struct {
	t      *testing.T
	ctx    context.Context //nolint:containedctx // chromedp keeps its tab in one
	base   string          // address of the console
	within string          // a selector: where find looks
	script bool            // pages may run script

	trouble *troubles
	clicks  *int // how often its person has clicked
}

// browser opens a window for somebody: "ada", "kim" or "val" of ours, "mia of acme" for a company's admin, "" for nobody. When the
// test ends the window is closed, and the pages must have logged nothing.
func (s *site) browser(who string) *browser {
	s.t.Helper()
	running, err := chromium.start()
	require.NoError(s.t, err)
	server := httptest.NewServer(s.handler)
	s.t.Cleanup(server.Close)
	b := &browser{t: s.t, base: server.URL, within: "html", script: true, trouble: &troubles{}, clicks: new(int)}
	ctx, closeTab := chromedp.NewContext(running, chromedp.WithNewBrowserContext())
	b.ctx = ctx
	s.t.Cleanup(func() {
		closeTab()
		assert.Empty(s.t, b.trouble.list(), "the pages complained to the console")
	})
	require.NoError(s.t, chromedp.Listen(ctx, b.trouble.hear))
	b.window(1280, "light")
	b.mayCopy()
	if who != "" {
		b.logIn(s, who)
	}
	return b
}

// mayCopy lets pages write to the clipboard, which a browser with windows asks nobody about.
func (b *browser) mayCopy() {
	b.t.Helper()
	_, err := chromedp.CallBrowser(b.ctx, cdpbrowser.SetPermission, cdpbrowser.SetPermissionParams{
		Permission: &cdpbrowser.PermissionDescriptor{Name: "clipboard-write"}, Setting: cdpbrowser.PermissionSettingGranted, Origin: b.base,
		BrowserContextID: chromedp.FromContext(b.ctx).BrowserContextID,
	})
	require.NoError(b.t, err)
}

// logIn gives the window a session's cookie.
func (b *browser) logIn(s *site, who string) {
	b.t.Helper()
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	if name, org, ofCompany := strings.Cut(who, " of "); ofCompany {
		s.asAdminOf(org, name)(r)
	} else {
		s.as(who)(r)
	}
	for _, cookie := range r.Cookies() {
		_, err := chromedp.Call(b.ctx, network.SetCookie, network.SetCookieParams{Name: cookie.Name, Value: cookie.Value, URL: b.base})
		require.NoError(b.t, err)
	}
}

// withoutScript lets pages run no script from now on.
func (b *browser) withoutScript() *browser {
	b.t.Helper()
	_, err := chromedp.Call(b.ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
	require.NoError(b.t, err)
	b.script = false
	return b
}

// in is the same window, in which find looks below a selector only.
func (b *browser) in(selector string) *browser {
	narrow := *b
	narrow.within = selector
	return &narrow
}

// open goes to a page of the console, and returns its HTTP status.
func (b *browser) open(path string) int {
	b.t.Helper()
	ctx, done := b.bound("open " + path)
	defer done()
	answer, err := chromedp.Run(ctx, chromedp.NavigateResponse(b.base+path))
	require.NoError(b.t, err, "open %s", path)
	return int(answer.Status)
}

// path returns where the window is, with the query.
func (b *browser) path() string {
	b.t.Helper()
	return strings.TrimPrefix(eval[string](b, "location.href"), b.base)
}

// window sets width and colour scheme. Pictures do not move in tests.
func (b *browser) window(width int64, scheme string) {
	b.t.Helper()
	b.run("resize", chromedp.Steps(chromedp.EmulateViewport(width, 900), chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		_, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
			{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"},
		}})
		return err
	})))
}

// loads does something that makes the window load a page, and waits for that page.
func (b *browser) loads(what string, act chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	ctx, done := b.bound(what)
	defer done()
	_, err := chromedp.Run(ctx, chromedp.WaitEvent(page.LoadEventFired, nil, act))
	require.NoError(b.t, err, "%s, and wait for the page; the window is at %s", what, b.path())
}

func (b *browser) run(what string, act chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	ctx, done := b.bound(what)
	defer done()
	require.NoError(b.t, chromedp.Do(ctx, act), what)
}

func (b *browser) bound(what string) (context.Context, context.CancelFunc) {
	return context.WithTimeoutCause(b.ctx, patience, fmt.Errorf("%s: took longer than %s", what, patience))
}

// eval is the value of an expression in the page; a promise is awaited.
func eval[T any](b *browser, expression string) T {
	b.t.Helper()
	ctx, done := b.bound("evaluate")
	defer done()
	value, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	require.NoError(b.t, err, expression)
	return value
}

// troubles hold what pages logged: errors and warnings of scripts, what the content security policy kept out, files that are missing.
type troubles struct {
	mu    sync.Mutex
	found []string
}

func (t *troubles) hear(event any) {
	switch event := event.(type) {
	case *runtime.EventExceptionThrown:
		t.add("exception: " + event.ExceptionDetails.Text)
	case *runtime.EventConsoleAPICalled:
		if event.Type == "error" || event.Type == "warning" || event.Type == "assert" {
			t.add(fmt.Sprintf("console.%s", event.Type))
		}
	case *log.EventEntryAdded:
		// A page that answers 404 or 422 is what a test asked for; a script or style that does is not.
		if refusal := event.Entry.Source == "network" && !strings.Contains(event.Entry.URL, "/assets/"); !refusal && event.Entry.Level != "verbose" {
			t.add(fmt.Sprintf("%s %s: %s (%s)", event.Entry.Source, event.Entry.Level, event.Entry.Text, event.Entry.URL))
		}
	}
}

func (t *troubles) add(what string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.found = append(t.found, what)
}

func (t *troubles) list() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.found
}

package web_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"sync"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/interviewing-io/greenhouse-export/store/storetest"
)

// envChromium names the browser of these tests where it is none that is found by itself.
const envChromium = "GHEXPORT_TEST_CHROMIUM"

func TestMain(m *testing.M) { os.Exit(storetest.Run(endingChromium{m})) }

// endingChromium ends the browser after the last test.
type endingChromium struct{ m *testing.M }

func (e endingChromium) Run() int {
	defer chromium.end()
	return e.m.Run()
}

// chromium is the one browser process of this test binary: starting it takes a second, so that all tests share it, each in a
// profile of its own. It is package state because tests have nothing else in common.
var chromium sharedChromium

type sharedChromium struct {
	once   sync.Once
	ctx    context.Context //nolint:containedctx // chromedp keeps its browser in one
	cancel func()
	err    error
}

// start returns the context of the running browser.
func (c *sharedChromium) start() (context.Context, error) {
	c.once.Do(func() {
		program, err := findChromium()
		if err != nil {
			c.err = err
			return
		}
		options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(program),
			chromedp.Flag("hide-scrollbars", true), chromedp.Flag("lang", "en-US"))
		if os.Getuid() == 0 {
			options = append(options, chromedp.NoSandbox) // root has none
		}
		allocator, endAllocator := chromedp.NewExecAllocator(context.Background(), options...) // outlives every test
		ctx, endBrowser := chromedp.NewContext(allocator)
		c.ctx, c.cancel = ctx, func() { endBrowser(); endAllocator() }
		if err := chromedp.Do(ctx); err != nil {
			c.err = fmt.Errorf("start %s: %w", program, err)
		}
	})
	return c.ctx, c.err
}

func (c *sharedChromium) end() {
	if c.cancel != nil {
		c.cancel()
	}
}

var errNoChromium = errors.New("no Chromium found, which the tests of pages need: install it with " +
	"`sudo apt-get install -y --no-install-recommends chromium-headless-shell fonts-dejavu-core` (Debian), `sudo snap install chromium` (Ubuntu) or " +
	"`brew install --cask chromium` (macOS), or name one in " + envChromium)

// findChromium looks for a browser of Chromium's kind.
func findChromium() (string, error) {
	if program := os.Getenv(envChromium); program != "" {
		found, err := exec.LookPath(program)
		if err != nil {
			return "", fmt.Errorf("%s: %w", envChromium, err)
		}
		return found, nil
	}
	for _, name := range []string{ // without windows first: the same pages cost it half
		"chromium-headless-shell", "chrome-headless-shell", "headless-shell", "/headless-shell/headless-shell",
		"chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge",
		"/snap/bin/chromium", "/usr/lib/chromium/chromium",
		"/Applications/Chromium.app/Contents/MacOS/Chromium",
		"/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
		"/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
	} {
		if found, err := exec.LookPath(name); err == nil {
			return found, nil
		}
	}
	return "", errNoChromium
}

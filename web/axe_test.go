package web_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/store/storetest"
)

// axePackage checks pages for what keeps people out: names, roles, contrast, headings, focus.
var axePackage = storetest.Package{
	Name: "axe-core", Version: "4.14.1", Keep: []string{"axe.min.js", "LICENSE"},
	Integrity: "sha512-FHfa+lmNjQZfJz1q8wKqIDwC6DExcHt/pkjNQb09a3NPjCKg2rhu5qb2S4r76ASyFNNtuFooJpZe37OgudVGtQ==",
}

// axeScript is fetched once in a test process, and kept in the user's cache.
var axeScript = sync.OnceValues(func() (string, error) {
	dir, err := axePackage.Fetch(chromium.ctx, os.Stderr)
	if err != nil {
		return "", fmt.Errorf("fetch axe-core, which the tests of pages need: %w", err)
	}
	text, err := os.ReadFile(filepath.Join(dir, "axe.min.js"))
	return string(text), err
})

// looks are the windows in which each page must do. Pictures are taken of those with a picture.
var looks = []struct {
	width   int64
	scheme  string
	whole   bool // every rule is looked at; else what the colours alone decide
	picture bool
}{
	{1280, "light", true, true}, {1280, "dark", false, true}, {400, "light", false, true}, {400, "dark", false, true},
	{320, "light", true, false}, {320, "dark", false, false},
}

// violation holds what axe found against one rule.
type violation struct {
	ID   string `json:"id"`
	Help string `json:"help"`
	At   []struct {
		HTML string `json:"html"`
		Why  string `json:"failureSummary"`
	} `json:"nodes"`
}

// axe wants the page to be usable by everybody, wide and narrow, light and dark, to need no scrolling sideways, and to break no word.
func (b *browser) axe() {
	b.t.Helper()
	for _, fault := range b.faults() {
		assert.Fail(b.t, fault)
	}
}

// faults returns what keeps people from using the page.
func (b *browser) faults() (list []string) {
	b.t.Helper()
	script, err := axeScript()
	require.NoError(b.t, err)
	if !eval[bool](b, "typeof axe === 'object'") {
		b.run("load axe", chromedp.Evaluate[chromedp.Void](script))
	}
	for _, look := range looks {
		b.window(look.width, look.scheme)
		at := fmt.Sprintf("%s, %d px, %s", b.path(), look.width, look.scheme)
		// Without preload axe asks the network for nothing, which the page's policy would forbid. A long list of suggestions is the
		// browser's to show. What the colour scheme changes is colours alone.
		rules := ""
		if !look.whole {
			rules = `runOnly: ["color-contrast", "link-in-text-block"], `
		}
		found := eval[[]violation](b, `axe.run({exclude: [["datalist"]]}, {`+rules+`preload: false, resultTypes: ["violations"], elementRef: false})
			.then(r => r.violations)`)
		for _, v := range found {
			for _, one := range v.At {
				list = append(list, fmt.Sprintf("%s: %s: %s: %s\n%s", at, v.ID, v.Help, one.HTML, one.Why))
			}
		}
		if look.scheme != "light" {
			continue
		}
		if over := eval[int](b, "document.documentElement.scrollWidth - document.documentElement.clientWidth"); over > 0 {
			list = append(list, fmt.Sprintf("%s: the page is %d px wider than the window: %s", at, over, b.widest()))
		}
		for _, word := range eval[[]string](b, brokenWords) {
			list = append(list, at+": a word is broken in the middle: "+word)
		}
	}
	b.window(looks[0].width, looks[0].scheme)
	return list
}

// brokenWords finds words that stand on two lines. One longer than a narrow line may; ids, addresses and what is to be copied, too.
const brokenWords = `(() => {
	const broken = [], range = document.createRange();
	const walk = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
	for (let node; (node = walk.nextNode());) {
		const within = node.parentElement;
		if (!within.checkVisibility() || within.closest("pre, code, svg, .id, select, textarea, .visually-hidden") || within.closest("thead")?.offsetWidth === 1) continue;
		for (const word of node.data.matchAll(/(?<=^|[\s(“"])[\p{L}\p{N}]{2,24}(?=$|[\s.,:;)”"?!…]+(\s|$))/gu)) {
			range.setStart(node, word.index);
			range.setEnd(node, word.index + word[0].length);
			const lines = [...range.getClientRects()].filter((box) => box.width > 0);
			if (lines.length > 1 && lines.at(-1).top - lines[0].top > 4) broken.push(word[0] + " in " + within.outerHTML.slice(0, 120));
		}
	}
	return broken.slice(0, 5);
})()`

// widest names what sticks out of the window.
func (b *browser) widest() string {
	return strings.Join(eval[[]string](b, `[...document.body.querySelectorAll("*")]
		.filter(e => e.getBoundingClientRect().right > document.documentElement.clientWidth + 1 && !e.closest(".scroll"))
		.slice(0, 5).map(e => e.outerHTML.slice(0, 120))`), "; ")
}

// envShots names the folder for pictures of pages; without it none are taken.
const envShots = "GHEXPORT_SCREENSHOTS"

// shot takes pictures of the page, for people to look at: NAME-1280-light.png and so on.
func (b *browser) shot(name string) {
	b.t.Helper()
	dir := os.Getenv(envShots)
	if dir == "" {
		return
	}
	require.NoError(b.t, os.MkdirAll(dir, 0o755))
	for _, look := range looks {
		if !look.picture {
			continue
		}
		b.window(look.width, look.scheme)
		ctx, done := b.bound("take a picture")
		picture, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
		done()
		require.NoError(b.t, err)
		require.NoError(b.t, os.WriteFile(filepath.Join(dir, fmt.Sprintf("%s-%d-%s.png", name, look.width, look.scheme)), picture, 0o644))
	}
	b.window(looks[0].width, looks[0].scheme)
}

package web_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/require"
)

// The roles of what can be clicked, and of what can be typed into, as assistive technology knows them.
var (
	clickable = []string{"button", "link", "checkbox", "radio", "switch", "tab", "menuitem", "option", "DisclosureTriangle", "summary"}
	fillable  = []string{"textbox", "searchbox", "spinbutton", "combobox", "Date", "DateTime"}
	choosable = []string{"combobox", "listbox", "menulist", "MenuListPopup"}
)

// find returns the one thing that has this accessible name, exactly, and one of the roles.
func (b *browser) find(name string, roles []string) cdp.BackendNodeID {
	b.t.Helper()
	ctx, done := b.bound("find " + name)
	defer done()
	root := eval[*runtime.RemoteObject](b, fmt.Sprintf("document.querySelector(%s)", quoted(b.within)))
	require.NotEmpty(b.t, root.ObjectID, "%s: nothing is %s", b.path(), b.within)
	tree, err := chromedp.Call(ctx, accessibility.QueryAXTree, accessibility.QueryAXTreeParams{ObjectID: root.ObjectID, AccessibleName: name})
	require.NoError(b.t, err)
	var found []cdp.BackendNodeID
	var others []string
	for _, node := range tree.Nodes {
		switch role := axText(node.Role); {
		case node.Ignored:
		case slices.Contains(roles, role):
			found = append(found, node.BackendDOMNodeID)
		default:
			others = append(others, role)
		}
	}
	require.Len(b.t, found, 1, "%s: %q as one of %v in %s (it is there as %v); the page says:\n%s", b.path(), name, roles, b.within, others, b.shows())
	return found[0]
}

func axText(v *accessibility.Value) string {
	var text string
	if v == nil || json.Unmarshal(v.Value, &text) != nil {
		return ""
	}
	return text
}

// click clicks the button, link, box or choice of this name with the mouse. Where that leads to a page it waits for the page.
func (b *browser) click(name string) {
	b.t.Helper()
	*b.clicks++
	node := b.find(name, clickable)
	if b.on(node, leads) {
		b.loads("click "+name, b.mouse(node))
		return
	}
	b.run("click "+name, b.mouse(node))
}

// tap clicks like click, and waits for nothing: for what a script handles.
func (b *browser) tap(name string) {
	b.t.Helper()
	*b.clicks++
	b.run("tap "+name, b.mouse(b.find(name, clickable)))
}

// leads says whether a click makes the window load a page: a link elsewhere, or a button that sends a form which is filled in.
const leads = `function() {
	const link = this.closest("a[href]");
	if (link) return !link.getAttribute("href").startsWith("#") && !link.target;
	const button = this.closest("button, input[type=submit]");
	if (!button || !button.form || button.type !== "submit" || button.disabled) return false;
	return button.formNoValidate || button.form.noValidate || button.form.checkValidity();
}`

// on calls a function with a node as this.
func (b *browser) on(node cdp.BackendNodeID, function string) bool {
	b.t.Helper()
	ctx, done := b.bound("look at a node")
	defer done()
	yes, err := callOn(ctx, node, function)
	require.NoError(b.t, err, function)
	return yes
}

func callOn(ctx context.Context, node cdp.BackendNodeID, function string) (bool, error) {
	resolved, err := chromedp.Call(ctx, dom.ResolveNode, dom.ResolveNodeParams{BackendNodeID: node})
	if err != nil {
		return false, err
	}
	byValue := true
	result, err := chromedp.Call(ctx, runtime.CallFunctionOn, runtime.CallFunctionOnParams{
		FunctionDeclaration: function, ObjectID: resolved.Object.ObjectID, ReturnByValue: &byValue,
	})
	if err == nil && result.ExceptionDetails != nil {
		err = errors.New(result.ExceptionDetails.Text)
	}
	return err == nil && string(result.Result.Value) == "true", err
}

// mouse clicks into the middle of a node. Where the page moved the node away in that moment it clicks again, as a person would.
func (b *browser) mouse(node cdp.BackendNodeID) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		for b.script {
			if _, err := callOn(ctx, node, `function() { this.missed = true; this.addEventListener("click", () => { this.missed = false; }, {once: true}); }`); err != nil {
				return err
			}
			if err := clickMiddle(ctx, t, node); err != nil {
				return err
			}
			if missed, err := callOn(ctx, node, `function() { return this.missed; }`); err != nil || !missed {
				return nil // it was heard, or has led to another page already
			}
		}
		return clickMiddle(ctx, t, node)
	})
}

func clickMiddle(ctx context.Context, t *chromedp.Target, node cdp.BackendNodeID) error {
	if _, err := chromedp.Call(ctx, dom.ScrollIntoViewIfNeeded, dom.ScrollIntoViewIfNeededParams{BackendNodeID: node}); err != nil {
		return err
	}
	quads, err := chromedp.Call(ctx, dom.GetContentQuads, dom.GetContentQuadsParams{BackendNodeID: node})
	if err != nil {
		return err
	}
	if len(quads.Quads) == 0 || len(quads.Quads[0]) != 8 {
		return errors.New("it is nowhere on the page")
	}
	q := quads.Quads[0]
	_, err = chromedp.MouseClickXY((q[0]+q[4])/2, (q[1]+q[5])/2)(ctx, t)
	return err
}

// fill types into the field of this label, over what is there.
func (b *browser) fill(label, text string) {
	b.t.Helper()
	node := b.find(label, fillable)
	b.on(node, `function() { this.focus(); if (this.select) this.select(); }`)
	b.run("fill "+label, chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		if text == "" {
			_, err := chromedp.KeyEvent(kb.Delete)(ctx, t)
			return err
		}
		_, err := chromedp.Call(ctx, input.InsertText, input.InsertTextParams{Text: text})
		return err
	}))
}

// choose picks an entry of the drop-down list of this label.
func (b *browser) choose(label, option string) {
	b.t.Helper()
	picked := b.on(b.find(label, choosable), fmt.Sprintf(`function() {
		const option = [...this.options].find(o => o.label.trim() === %s);
		if (!option) return false;
		option.selected = true;
		this.dispatchEvent(new Event("input", {bubbles: true}));
		this.dispatchEvent(new Event("change", {bubbles: true}));
		return true;
	}`, quoted(option)))
	require.True(b.t, picked, "%s: the list %q has no %q", b.path(), label, option)
}

// tabTo moves the focus forward by the Tab key to what has this name, as somebody without a mouse does.
func (b *browser) tabTo(name string, roles ...string) {
	b.t.Helper()
	if len(roles) == 0 {
		roles = slices.Concat(clickable, fillable, choosable)
	}
	target := b.find(name, roles)
	const focused = `function() { return document.activeElement === this || this.contains(document.activeElement) }`
	for range 300 {
		if b.on(target, focused) {
			return
		}
		b.key(kb.Tab)
	}
	require.Fail(b.t, "the Tab key never comes to it", "%s: %q", b.path(), name)
}

// key presses a key, or types a text, where the focus is. See package kb for the keys that are no characters.
func (b *browser) key(keys string) {
	b.t.Helper()
	b.run("press a key", chromedp.KeyEvent(keys))
}

// enter presses Enter where the focus is, and waits for the page that it leads to.
func (b *browser) enter() {
	b.t.Helper()
	b.loads("press Enter", chromedp.KeyEvent(kb.Enter))
}

// shows is the beginning of what the page says, for messages.
func (b *browser) shows() string {
	b.t.Helper()
	page := b.text("main")
	if len(page) > 3000 {
		page = page[:3000] + "…"
	}
	return page
}

// text returns what a person sees of the first element that a selector names, and empty where there is none.
func (b *browser) text(selector string) string {
	b.t.Helper()
	return eval[string](b, fmt.Sprintf(`(document.querySelector(%s) ?? {innerText: ""}).innerText`, quoted(selector)))
}

// sees wants texts on the page, in any order. Runs of white space are as one space.
func (b *browser) sees(texts ...string) {
	b.t.Helper()
	page := b.text("body")
	for _, text := range texts {
		require.Contains(b.t, strings.Join(strings.Fields(page), " "), strings.Join(strings.Fields(text), " "), "%s says:\n%s", b.path(), b.shows())
	}
}

// seesNot wants texts that are not on the page.
func (b *browser) seesNot(texts ...string) {
	b.t.Helper()
	page := strings.Join(strings.Fields(b.text("body")), " ")
	for _, text := range texts {
		require.NotContains(b.t, page, text, b.path())
	}
}

// waitFor waits for a text that a script of the page brings, woken by each change of the page.
func (b *browser) waitFor(text string) {
	b.t.Helper()
	require.True(b.t, b.script, "no script runs, so nothing will come by itself")
	came := eval[bool](b, fmt.Sprintf(`new Promise(resolve => {
		const wanted = %s, there = () => document.body.innerText.replace(/\s+/g, " ").includes(wanted);
		if (there()) return resolve(true);
		const watch = new MutationObserver(() => { if (there()) { watch.disconnect(); resolve(true); } });
		watch.observe(document.documentElement, {subtree: true, childList: true, characterData: true, attributes: true});
		setTimeout(() => { watch.disconnect(); resolve(false); }, %d);
	})`, quoted(strings.Join(strings.Fields(text), " ")), (patience*9/10).Milliseconds()))
	require.True(b.t, came, "waited for %q; %s says:\n%s", text, b.path(), b.shows())
}

// quoted is a text as script writes it.
func quoted(text string) string {
	out, _ := json.Marshal(text) // a string always marshals
	return string(out)
}

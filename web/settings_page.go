package web

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/store/rights"
	"github.com/interviewing-io/greenhouse-export/web/api"
	"github.com/interviewing-io/greenhouse-export/web/auth"
	"github.com/interviewing-io/greenhouse-export/wording"
)

// settingsPage is a company's connection to Greenhouse: how to set it up, what was chosen, and what that comes to.
type settingsPage struct {
	Org      string
	Staff    bool
	May      bool // whoever looks may change something
	Tabs     []navItem
	Company  store.Integration
	Tone     string
	Sentence string
	Held     *wording.Hold
	Steps    []setupStep
	Form     settingsForm
	Jobs     store.Seen[store.SeenJob]
	Pools    store.Seen[store.SeenPool]
	Effect   string
	Preview  *store.Preview
	Report   *store.TestReport // of the last test, just made or before
	Tried    bool              // the report is of what was just typed, and not saved
	Wrong    map[string]string // what is wrong, by field
	Problem  string            // what kept all of it from being saved
	Done     string            // what was just done
	AtSwitch bool              // done, or problem, is of turning it on or off
	Ask      *store.WaitingError
	Asked    store.Waiting // what was answered, when something else was wrong
	NoTest   bool          // the test failed: it may be saved without
	Roles    []string      // that a preview can be made for
	Webhook  *webhookPanel // nil where webhooks come in nowhere
	Links    *linksPanel   // nil until Greenhouse has listed jobs
}

// setupStep is one of the numbered steps.
type setupStep struct {
	Done, Next bool
}

// Where the steps are.
const (
	stepPermission = iota
	stepKey
	stepTest
	stepOn
	steps
)

// settings shows the page as it is saved.
func (k *console) settings(w http.ResponseWriter, r *http.Request) {
	page, err := k.readSettings(r)
	if err != nil {
		k.broken(w, r, err)
		return
	}
	page.Done = settingsDone(r.URL.Query())
	page.AtSwitch = strings.HasSuffix(r.URL.Query().Get("done"), "on") || strings.HasPrefix(r.URL.Query().Get("done"), "on-") || strings.HasSuffix(r.URL.Query().Get("done"), "off")
	k.showSettings(w, r, http.StatusOK, page)
}

// readSettings gathers what the page shows: saved choices and Greenhouse's lists.
func (k *console) readSettings(r *http.Request) (p settingsPage, err error) {
	ctx, org := r.Context(), r.PathValue("org")
	p = settingsPage{Org: org, Staff: auth.Who(r).Role.Staff(), May: auth.Who(r).Role != auth.RoleViewer, Tabs: companyTabs(r, org)}
	if p.Company, err = k.integration(r); err != nil {
		return p, err
	}
	held, err := k.Store.HoldFacts(ctx, org)
	if err != nil {
		return p, err
	}
	p.Held = wording.OfHold(held)
	lastSent, err := k.Store.LastSent(ctx, org)
	if err != nil {
		return p, err
	}
	p.Tone, p.Sentence = standingOf(p.Company).Tone(), connectionSentence(p.Company, p.Held, lastSent, time.Now())
	p.Report = p.Company.TestReport
	p.Steps = setupSteps(p.Company)
	roles, err := rights.In(k.Store).Roles(ctx, org)
	if err != nil {
		return p, err
	}
	p.Form = formOf(p.Company, roles)
	return p, errors.Join(k.readWebhook(r, &p), k.readChoices(ctx, &p), k.readLinks(r, &p))
}

// readChoices asks what Greenhouse has to choose from. Where nobody has connected the company there is nothing yet.
func (k *console) readChoices(ctx context.Context, p *settingsPage) (err error) {
	if !p.Company.HasKey || p.Company.CreatedBy == nil {
		return nil
	}
	if p.Jobs, err = asSeen(k.Greenhouse.Jobs(ctx, p.Org)); err != nil {
		return err
	}
	p.Pools, err = asSeen(k.Greenhouse.Pools(ctx, p.Org))
	return err
}

// asSeen makes of a list that could not be asked for so soon the one that was seen last, with why.
func asSeen[T any](seen store.Seen[T], err error) (store.Seen[T], error) {
	var tooOften *api.TooOftenError
	switch {
	case errors.As(err, &tooOften):
		seen.Problem = "Greenhouse was asked often in the last minute; open the page again in a minute"
		return seen, nil
	case errors.Is(err, store.ErrNotFound):
		return seen, nil
	}
	return seen, err
}

// showSettings makes the preview of what the form says, and shows the page.
func (k *console) showSettings(w http.ResponseWriter, r *http.Request, status int, p settingsPage) {
	p.Effect = p.Form.effect()
	for _, role := range p.Form.Roles {
		p.Roles = append(p.Roles, role.Name)
	}
	draft, err := p.Form.change()
	if err == nil {
		var preview store.Preview
		if preview, err = k.Greenhouse.Preview(r.Context(), p.Org, draft, p.Form.PreviewRole); err == nil {
			p.Preview = &preview
		}
	}
	if err != nil && wrongFields(err) == nil {
		k.broken(w, r, err)
		return
	}
	k.show(w, r, status, "settings", "Settings of "+p.Org, p)
}

// setupSteps ticks off what is done. That somebody has the right to make keys shows once there is a key.
func setupSteps(i store.Integration) []setupStep {
	list := make([]setupStep, steps)
	list[stepPermission].Done, list[stepKey].Done = i.HasKey, i.HasKey
	list[stepTest].Done = i.HasKey && i.Tested
	list[stepOn].Done = i.Enabled
	for n := range list {
		if !list[n].Done {
			list[n].Next = true
			break
		}
	}
	return list
}

// SetUp tells that nothing of the guide is left to do; what was turned off again needs no guide to be turned on.
func (p settingsPage) SetUp() bool {
	return p.Steps[stepTest].Done && (p.Steps[stepOn].Done || p.Company.SwitchedAt != nil)
}

// effect says in a sentence what the mapping does with the company's newest interviews.
func (f settingsForm) effect() string {
	var candidates, prospects int64
	for _, r := range f.Roles {
		if f.Mode == "candidate" && (r.Job != "" || f.DefaultJob != "") {
			candidates += r.Results
		} else {
			prospects += r.Results
		}
	}
	switch {
	case candidates+prospects == 0 && f.Mode != "candidate":
		return "Everybody is added as a prospect, on no job."
	case candidates+prospects == 0:
		return "Whoever was interviewed for a role with a job is added as a candidate on it; everybody else as a prospect."
	}
	return "By the interviews so far: " + wording.Plural(candidates, "person", "people") + " would be added as candidates, " + wording.Plural(prospects, "person", "people") + " as prospects."
}

// settingsDone says what was just done, by its name in the address.
func settingsDone(q map[string][]string) string {
	words := map[string]string{
		"saved":    "Saved.",
		"tested":   "Saved, and the test passed.",
		"untested": "Saved without a test. Nothing is sent before one has passed.",
		"half":     "Saved. You can go on later: what is missing is marked below.",
		"on":       "Turned on.",
		"on-send":  "Turned on. What waited is being sent.",
		"on-drop":  "Turned on. What waited was dropped, and stays in the list of exports as cancelled.",
		"was-on":   "It was on already.",
		"off":      "Turned off. Nothing more is sent; what is on its way at this moment finishes.",
		"was-off":  "It was off already.",
	}
	return words[strings.Join(q["done"], "")]
}

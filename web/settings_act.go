package web

import (
	"errors"
	"net/http"
	"strings"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/web/api"
	"github.com/interviewing-io/greenhouse-export/web/auth"
	"github.com/interviewing-io/greenhouse-export/wording"
)

// typedSettings is the page with what came over what is saved. Where it is false it has answered.
func (k *console) typedSettings(w http.ResponseWriter, r *http.Request) (settingsPage, bool) {
	if err := r.ParseForm(); err != nil {
		k.refuse(w, r, http.StatusBadRequest, "That was no form of this page.")
		return settingsPage{}, false
	}
	page, err := k.readSettings(r)
	if err != nil {
		k.broken(w, r, err)
		return page, false
	}
	page.Form = page.Form.typed(r.PostForm)
	return page, true
}

// previewSettings shows what would be sent under what is typed, and saves nothing.
func (k *console) previewSettings(w http.ResponseWriter, r *http.Request) {
	page, ok := k.typedSettings(w, r)
	if !ok {
		return
	}
	draft, err := page.Form.change()
	if err == nil {
		_, err = k.Greenhouse.Preview(r.Context(), page.Org, draft, page.Form.PreviewRole)
	}
	page.Wrong = wrongFields(err)
	k.showSettings(w, r, http.StatusOK, page)
}

// testSettings asks Greenhouse about key and email as typed, or as saved where they are empty, and saves neither.
func (k *console) testSettings(w http.ResponseWriter, r *http.Request) {
	page, ok := k.typedSettings(w, r)
	if !ok {
		return
	}
	key := store.APIKey(strings.TrimSpace(r.PostForm.Get("key")))
	report, err := k.Greenhouse.Test(r.Context(), page.Org, key, page.Form.CreatedBy, auth.By(r, ""))
	if err != nil {
		k.refuseSettings(w, r, page, err)
		return
	}
	typed := page.Form
	if page, err = k.readSettings(r); err != nil { // the test may have ended a hold
		k.broken(w, r, err)
		return
	}
	page.Form = typed
	page.Report, page.Tried = &report, key != "" || page.Company.CreatedBy == nil || typed.CreatedBy != *page.Company.CreatedBy
	k.showSettings(w, r, http.StatusOK, page)
}

// saveSettings saves everything that is typed at once, after the test that a new key or email must pass.
func (k *console) saveSettings(w http.ResponseWriter, r *http.Request) {
	page, ok := k.typedSettings(w, r)
	if !ok {
		return
	}
	settings, err := page.Form.change()
	if page.Form.CreatedBy == "" && page.Company.CreatedBy != nil {
		err = errors.Join(err, &store.SettingError{Field: "created_by", Must: "given; to send nothing more, turn the connection off"})
	}
	var saved store.SavedConnection
	if err == nil {
		saved, err = k.Greenhouse.Save(r.Context(), page.Org, store.ConnectionChange{
			Key: store.APIKey(strings.TrimSpace(r.PostForm.Get("key"))), CreatedBy: page.Form.CreatedBy,
			SkipTest: r.PostForm.Get("do") == "untested", Settings: settings,
		}, auth.By(r, ""))
	}
	if err != nil {
		k.refuseSettings(w, r, page, err)
		return
	}
	done := "saved"
	if saved.Report != nil {
		done = "tested"
	} else if after, err := k.integration(r); err == nil && after.State == ledger.ConnectionNeedsDetails {
		done = "half"
		if after.HasKey && after.CreatedBy != nil {
			done = "untested"
		}
	}
	http.Redirect(w, r, auth.CompanyHome(page.Org)+"/settings?done="+done, http.StatusSeeOther)
}

// refuseSettings shows the form again with what is wrong, and loses nothing of what was typed but the key.
func (k *console) refuseSettings(w http.ResponseWriter, r *http.Request, page settingsPage, err error) {
	var failed *store.TestFailedError
	var tooOften *api.TooOftenError
	status := http.StatusUnprocessableEntity
	switch wrong := wrongFields(err); {
	case errors.As(err, &failed):
		page.Report, page.Tried, page.NoTest = &failed.Report, true, true
		page.Problem = "The test failed, so nothing was saved."
	case errors.As(err, &tooOften):
		tooOften.SetRetryAfter(w)
		status, page.Problem = http.StatusTooManyRequests, tooOften.Error()+" Nothing was saved."
	case errors.Is(err, store.ErrChanged):
		status = http.StatusConflict
		page.Problem = "Somebody else changed these settings since you opened the page, so nothing was saved. Below is what you typed; save again to put it over theirs, or open the page anew to see theirs."
		page.Form.Revision = number(&page.Company.Revision)
	case wrong != nil:
		page.Wrong = wrong
		page.Problem = "Nothing was saved: " + wording.Plural(int64(len(wrong)), "entry needs", "entries need") + " a look."
		if wrong["revision"] != "" {
			page.Problem = "Nothing was saved: the form was not whole. Open the page again."
		}
	default:
		k.broken(w, r, err)
		return
	}
	k.showSettings(w, r, status, page)
}

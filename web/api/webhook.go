package api

import (
	"errors"
	"net/http"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/store/webhooks"
	"github.com/interviewing-io/greenhouse-export/web/auth"
)

// webhook describes how a company's Greenhouse tells us what happens there.
type webhook struct {
	Address string              `json:"address"`          // where it is to send them
	Secret  string              `json:"secret,omitempty"` // of one that was just made, and never again
	Events  []ledger.HookAction `json:"events"`           // that something is done about
	Heard   *webhooks.Hook      `json:"heard"`            // null where there is no secret yet
}

// Webhook answers with how a company's webhooks stand.
func (a *API) Webhook(w http.ResponseWriter, r *http.Request) { a.showWebhook(w, r, "") }

// MakeWebhook makes a company's secret, or another one, and answers with it.
func (a *API) MakeWebhook(w http.ResponseWriter, r *http.Request) {
	var c change
	endNow := false
	if !fields(w, r, func(read *reader) {
		c.because(read)
		field(read, "end_now", "true or false", func(now bool) { endNow = now })
	}) {
		return
	}
	if a.Hooks == nil {
		refuse(w, http.StatusNotFound, noHooks)
		return
	}
	secret, err := a.Hooks.Make(r.Context(), r.PathValue("org"), endNow, auth.By(r, c.reason))
	if err != nil {
		a.fail(w, r, err)
		return
	}
	a.showWebhook(w, r, secret)
}

const noHooks = "Webhooks come in nowhere here."

func (a *API) showWebhook(w http.ResponseWriter, r *http.Request, secret string) {
	if a.Hooks == nil {
		refuse(w, http.StatusNotFound, noHooks)
		return
	}
	org := r.PathValue("org")
	shown := webhook{Address: a.Hooks.Address(org), Secret: secret, Events: ledger.HookActions}
	heard, err := webhooks.In(a.Store).Hook(r.Context(), org)
	switch {
	case err == nil:
		if !auth.Who(r).Role.Staff() {
			heard.MadeBy = *ofCompany(org, &heard.MadeBy)
		}
		shown.Heard = &heard
	case !errors.Is(err, store.ErrNotFound):
		a.fail(w, r, err)
		return
	}
	answer(w, http.StatusOK, shown)
}

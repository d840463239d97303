package web

import (
	"errors"
	"net/http"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/store/webhooks"
	"github.com/interviewing-io/greenhouse-export/web/auth"
	"github.com/interviewing-io/greenhouse-export/web/hooks"
	"github.com/interviewing-io/greenhouse-export/wording"
)

// webhookPanel describes how a company's Greenhouse tells us what happens there, on its page of settings.
type webhookPanel struct {
	Org     string
	May     bool
	Staff   bool
	Address string
	Whole   bool // the address is one; else nobody said under which the service is reached
	Heard   *webhooks.Hook
	Secret  string // just made, and shown this once
	Events  []wording.HookEvent
}

func (k *console) hookSecrets() *hooks.Secrets {
	if k.Hooks == nil {
		return nil
	}
	return &k.Hooks.Secrets
}

// readWebhook is nil where webhooks come in nowhere.
func (k *console) readWebhook(r *http.Request, p *settingsPage) error {
	if k.Hooks == nil {
		return nil
	}
	panel := &webhookPanel{Org: p.Org, May: p.May, Staff: p.Staff, Address: k.Hooks.Address(p.Org), Whole: k.PublicURL != "", Events: wording.HookEvents(ledger.HookActions)}
	heard, err := webhooks.In(k.Store).Hook(r.Context(), p.Org)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	if err == nil {
		panel.Heard = &heard
	}
	p.Webhook = panel
	return nil
}

// makeWebhook makes the company's secret, or another one, and shows it on the page that answers: nowhere else, and never again.
func (k *console) makeWebhook(w http.ResponseWriter, r *http.Request) {
	if k.Hooks == nil {
		k.noSuchPage(w, r)
		return
	}
	reason, wrong := switchReason(r)
	if wrong != "" {
		k.refuseSwitch(w, r, wrong, nil, "")
		return
	}
	secret, err := k.Hooks.Make(r.Context(), r.PathValue("org"), r.PostFormValue("end_now") == "yes", auth.By(r, reason))
	if err != nil {
		k.broken(w, r, err)
		return
	}
	page, err := k.readSettings(r)
	if err != nil {
		k.broken(w, r, err)
		return
	}
	page.Webhook.Secret = secret
	k.showSettings(w, r, http.StatusOK, page)
}

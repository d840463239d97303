package main

import (
	"context"
	"errors"
	"fmt"
	"net/mail"

	"github.com/interviewing-io/greenhouse-export/store/notices"
	"github.com/interviewing-io/greenhouse-export/worker"
	"github.com/interviewing-io/greenhouse-export/worker/notice"
)

// notices reads how people are told. What is not set tells nobody, and is no problem. The errors hold no secret.
func (c Config) notices() (worker.Notifier, notices.Rules, problems) {
	notifier := worker.Notifier{PublicURL: c.PublicURL}
	rules := notices.Rules{Mail: c.SMTPURL != "", Webhook: c.WebhookURL != ""}
	var found problems
	if rules.Mail {
		var err error
		if notifier.Mail, err = notice.ParseSMTP(c.SMTPURL, c.Dev); err != nil {
			found = append(found, fmt.Errorf("GHEXPORT_SMTP_URL: %w", err))
		}
	}
	switch {
	case rules.Webhook:
		var err error
		if notifier.Hook, err = notice.ParseHook(c.WebhookURL, c.WebhookSecret, "ghexport/"+binaryVersion(), c.Dev); err != nil {
			found = append(found, err)
		}
	case c.WebhookSecret != "":
		found = append(found, errors.New("GHEXPORT_WEBHOOK_URL: not set, and GHEXPORT_WEBHOOK_SECRET signs what goes there"))
	}
	if c.AlertEmail != "" {
		address, err := mail.ParseAddress(c.AlertEmail)
		switch {
		case err != nil:
			found = append(found, errors.New("GHEXPORT_ALERT_EMAIL: it is not an address"))
		case !rules.Mail:
			found = append(found, errors.New("GHEXPORT_SMTP_URL: not set, and GHEXPORT_ALERT_EMAIL gets mail by it"))
		default:
			rules.AlertTo = []string{address.Address}
		}
	}
	return notifier, rules, found
}

// mail connects to the mail server as a notice would, and sends none.
func (e *examination) mail(ctx context.Context) {
	notifier, _, found := e.config.notices()
	if len(found) > 0 {
		return // they are among the settings' findings
	}
	if notifier.Mail == nil {
		e.ok("mail", "none is set up (GHEXPORT_SMTP_URL): companies are told by the product's webhook, or not at all")
		return
	}
	if err := notifier.Mail.Reach(ctx); err != nil {
		e.bad("mail", hinted(err, "look at GHEXPORT_SMTP_URL: host, port, user, and whether the server offers STARTTLS"))
		return
	}
	e.ok("mail", "%s takes mail from us", notifier.Mail.Host())
}

package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/interviewing-io/greenhouse-export/ledger"
)

// settingsHelp lists every setting; a test holds it against [Config].
const settingsHelp = `Settings come from the environment (durations as 30s or 2m):

  DATABASE_URL               Postgres, directly or by session pooling; required
  GHEXPORT_KEYSET            the keyset as ghexport keyset new prints it, or
  GHEXPORT_KEYSET_FILE       the file that holds it; one of the two is required
  GHEXPORT_OUTBOX_URLS       producers' own databases to read, too: name=postgres://..., separated by commas or newlines, or
  GHEXPORT_OUTBOX_URLS_FILE  the file that holds them
  GREENHOUSE_BASE_URL        https://api.greenhouse.io; plain http only to a loopback address
  GREENHOUSE_TEST_BASE_URL   where companies in test mode send instead; without it they send nothing
  GHEXPORT_HTTP_ADDR         127.0.0.1:8080; console, /healthz, /readyz
  GHEXPORT_PUBLIC_URL        the address under which browsers reach the console
  GHEXPORT_CONSOLE_USERS     name:bcrypt-hash:role, separated by commas; roles viewer, oncall, admin
  GHEXPORT_OIDC_ISSUER       single sign-on by this provider of OpenID Connect, with
  GHEXPORT_OIDC_CLIENT_ID, GHEXPORT_OIDC_CLIENT_SECRET (or GHEXPORT_OIDC_CLIENT_SECRET_FILE),
  GHEXPORT_OIDC_ROLES        groups:sre=oncall,hiring-eng=admin: which values of which claim give which role
  GHEXPORT_OIDC_SCOPES       profile email; beside openid
  GHEXPORT_TRUSTED_PROXIES   networks of the proxies in front of the console, as 10.0.0.0/8,fd00::/8: their word about who
                             comes is believed; without them nobody's is
  GHEXPORT_LINK_SECRET       shared with the product, whose links let companies' admins in; 32 bytes at least, or
  GHEXPORT_LINK_SECRET_FILE  the file that holds it
                             with no users, provider or link secret there is no console
  GHEXPORT_SMTP_URL          smtp://user:password@host:587?from=ADDRESS, or smtps://; by which companies and we get notices
  GHEXPORT_ALERT_EMAIL       who of us is told of what no company can mend
  GHEXPORT_WEBHOOK_URL       the product's address, which is told by signed webhook, with
  GHEXPORT_WEBHOOK_SECRET    whsec_ and base64; several, separated by spaces, while it is changed
  GHEXPORT_WORKERS           64; requests to Greenhouse at once
  GHEXPORT_JOB_TIMEOUT       30s, at most 40s; of one send, of which the request may take two thirds
  GHEXPORT_SHUTDOWN_TIMEOUT  25s; for what is being sent when told to stop
  GHEXPORT_RELAY_POLL        1s; how often to look for work without being woken by a commit
  GHEXPORT_KEEP_PEOPLE_DAYS  365; for how long what was sent about a person is kept, 0 for ever; likewise
  GHEXPORT_KEEP_ATTEMPTS_DAYS  365; attempts of what is settled, and members of replay runs
  GHEXPORT_KEEP_AUDIT_DAYS   1095; the audit trail
  GHEXPORT_KEEP_NOTICES_DAYS  90; notices, and looks at credentials
  GHEXPORT_KEEP_EVENTS_DAYS  30; events of Greenhouse's webhooks that are worked off
  GHEXPORT_KEEP_CANCELLED_JOBS  24h; River's jobs that ended without a send
  GHEXPORT_SYNCHRONOUS_STANDBY  true says that a promoted standby has every commit; else a promotion stops all sending
  GHEXPORT_STATE_FILE        a file of this node's own that remembers how far it saw the database come, to notice a restore
  GHEXPORT_LOG_LEVEL         info; or debug, warn, error
  GHEXPORT_METRICS_ADDR      an address for /metrics alone, without a login; else they are behind the console's
  GHEXPORT_ACTOR             who acts, for commands without --as
  GHEXPORT_DEV               true allows plain http to anywhere; not for production`

// exitCodes are a promise to scripts.
const exitCodes = `  0  done, and nothing is wrong
  1  it failed, or a problem was found: health, doctor and reconcile found something, one of several exports was refused (the others
     are done, and the refused one is named)
  2  it was called wrongly, and nothing was done

Data is printed on standard output; everything else, questions and errors too, on standard error. An error reads
"ghexport: what was wrong"; where its cure is known, a line "hint: ..." follows. Nothing is ever asked where nobody can answer.`

// meanings say what each state is.
var meanings = map[ledger.State]string{
	ledger.StateIneligible: "not both said yes, or not yet; nothing is sent",
	ledger.StatePending:    "goes when it is due, its company may send, and no other export of the same candidate is before it",
	ledger.StateQueued:     "one River job may send it",
	ledger.StateSending:    "the request may have reached Greenhouse",
	ledger.StateSent:       "it is in Greenhouse; nothing ever sends it again",
	ledger.StateUnknown:    "it was sent and no readable answer came: look in Greenhouse, then ghexport resolve",
	ledger.StateDuplicate:  "this candidate was sent before, or may have been: decide with ghexport resolve",
	ledger.StateDead:       "refused for good, or failing for 72 hours: put it right, then ghexport replay or discard",
	ledger.StateCancelled:  "ended by a person, or its personal data was erased",
}

// topics are pages of help that belong to no command: ghexport help states.
func topics() []*cobra.Command {
	var states, causes strings.Builder
	for _, state := range ledger.States {
		fmt.Fprintf(&states, "  %-11s %s\n", state, meanings[state])
	}
	for _, page := range runbook() {
		fmt.Fprintf(&causes, "  %-19s %s\n", page.Name, page.Summary)
	}
	return []*cobra.Command{
		{Use: "states", Short: "The nine states of an export", Long: "An export is in one of nine states.\n\n" + states.String() +
			"\nA company that may not send is held: its exports stay pending, and are shown as held with the reason. See ghexport help causes."},
		{Use: "causes", Short: "Why an export or a company stands where it does", Long: "Each has a page of the runbook, ghexport explain CAUSE; so has what is seen without one.\n\n" +
			strings.TrimSuffix(causes.String(), "\n")},
		{Use: "environment", Short: "The settings, which come from the environment", Long: settingsHelp},
		{Use: "exit-codes", Short: "What a script can rely on", Long: exitCodes},
	}
}

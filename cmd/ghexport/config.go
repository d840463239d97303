package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/caarlos0/env/v11"

	"github.com/interviewing-io/greenhouse-export/seal"
	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/store/keyring"
)

// Config is the settings, as the environment gives them. Of each field, the comment says what it does, unit what its value is (where
// the type does not tell), unset what holds without it, and read which commands use it. docs/settings.md is made of these, and a test
// holds it to them. Those with the unit secret are secrets, or hold one: no log, error or page shows them.
type Config struct {
	// Address of Postgres 15 or newer, a URL or keywords as libpq writes them, directly or by session pooling.
	DatabaseURL string `env:"DATABASE_URL" unit:"secret" unset:"required" read:"*"`
	// Producers' own databases whose outboxes are read, too: `name=postgres://user:password@host/database`, separated by commas or newlines. See [a database of your own](producers.md#a-database-of-your-own).
	OutboxURLs string `env:"GHEXPORT_OUTBOX_URLS" unit:"secret" unset:"that of DATABASE_URL alone" read:"serve"`
	// A file that holds them, read again at SIGHUP. Not both.
	OutboxURLsFile string `env:"GHEXPORT_OUTBOX_URLS_FILE" unit:"file" read:"serve"`
	// Address of Greenhouse. Plain http goes to a loopback address only, or anywhere with `GHEXPORT_DEV=true`.
	GreenhouseBaseURL string `env:"GREENHOUSE_BASE_URL" envDefault:"https://api.greenhouse.io" unit:"address" read:"serve, org, reconcile, resolve"`
	// Address that companies in [test mode](companies.md#test-mode) send to instead, such as a simulator's; the same on every node. Without it they are held, and send nothing.
	TestBaseURL string `env:"GREENHOUSE_TEST_BASE_URL" unit:"address" unset:"companies in test mode send nothing" read:"serve, org, resolve"`
	// The Tink keyset that seals companies' keys, as JSON: `ghexport keyset new` makes it, once. See [the keyset](deploy.md#the-keyset).
	Keyset string `env:"GHEXPORT_KEYSET" unit:"secret" unset:"one of the two is required" read:"serve, org, why, erase, held, replay, reconcile, keyset"`
	// A file that holds the keyset. Not both.
	KeysetFile string `env:"GHEXPORT_KEYSET_FILE" unit:"file" read:"serve, org, why, erase, held, replay, reconcile, keyset"`
	// Where console, River UI, `/healthz` and `/readyz` listen.
	HTTPAddr string `env:"GHEXPORT_HTTP_ADDR" envDefault:"127.0.0.1:8080" unit:"host:port" read:"serve"`
	// Address under which browsers reach the console, https behind a proxy: that makes its cookie secure. Links in notices begin with it.
	PublicURL string `env:"GHEXPORT_PUBLIC_URL" unit:"address" read:"serve, org link"`
	// Networks of the proxies in front of the console, such as `10.0.0.0/8`, separated by commas: what they say in `X-Forwarded-For` or `Forwarded` about whom they serve is believed, so that failed logins count for the client and not for the proxy.
	TrustedProxies string `env:"GHEXPORT_TRUSTED_PROXIES" unit:"networks" unset:"nobody's word counts" read:"serve"`
	// Who logs in by password: `name:bcrypt-hash:role`, separated by commas; roles `viewer`, `oncall`, `admin`. Without users, provider and link secret there is no [console](deploy.md#the-console).
	ConsoleUsers string `env:"GHEXPORT_CONSOLE_USERS" unit:"secret" read:"serve"`

	// The provider of [single sign-on](deploy.md#single-sign-on) by OpenID Connect.
	OIDCIssuer string `env:"GHEXPORT_OIDC_ISSUER" unit:"address" read:"serve"`
	// The client's id at the provider.
	OIDCClientID string `env:"GHEXPORT_OIDC_CLIENT_ID" unit:"text" read:"serve"`
	// The client's secret at the provider.
	OIDCClientSecret string `env:"GHEXPORT_OIDC_CLIENT_SECRET" unit:"secret" read:"serve"`
	// A file that holds the client's secret. Not both.
	OIDCClientSecretFile string `env:"GHEXPORT_OIDC_CLIENT_SECRET_FILE" unit:"file" read:"serve"`
	// Which values of which claim give which role: `groups:sre=oncall,hiring-eng=admin`.
	OIDCRoles string `env:"GHEXPORT_OIDC_ROLES" unit:"text" read:"serve"`
	// Scopes to ask for beside `openid`, separated by spaces.
	OIDCScopes string `env:"GHEXPORT_OIDC_SCOPES" unit:"text" unset:"profile email" read:"serve"`
	// Signs the [links](companies.md#how-a-companys-admin-gets-in) by which the product lets companies' admins in. 32 bytes at least; needs `GHEXPORT_PUBLIC_URL`.
	LinkSecret string `env:"GHEXPORT_LINK_SECRET" unit:"secret" read:"serve, org link"`
	// A file that holds the link secret; a newline at its end does not count. Not both.
	LinkSecretFile string `env:"GHEXPORT_LINK_SECRET_FILE" unit:"file" read:"serve, org link"`

	// The server that takes [notices](notices.md#mail): `smtp://user:password@host:587?from=ADDRESS`, which must offer STARTTLS (but on a loopback address), or `smtps://`.
	SMTPURL string `env:"GHEXPORT_SMTP_URL" unit:"secret" unset:"nobody is mailed" read:"serve"`
	// Who of us is mailed what no company can mend.
	AlertEmail string `env:"GHEXPORT_ALERT_EMAIL" unit:"email" read:"serve"`
	// The product's https address that is told by [signed webhook](notices.md#webhook).
	WebhookURL string `env:"GHEXPORT_WEBHOOK_URL" unit:"address" unset:"nobody is told" read:"serve"`
	// Signs the webhook: `whsec_` and base64 of 24 bytes at least; several, separated by spaces, while it is changed.
	WebhookSecret string `env:"GHEXPORT_WEBHOOK_SECRET" unit:"secret" read:"serve"`

	// Where `/metrics` alone listens, without a login; keep it inside.
	MetricsAddr string `env:"GHEXPORT_METRICS_ADDR" unit:"host:port" unset:"behind the console's login" read:"serve"`
	// Requests to Greenhouse at once on this node, 1 to 1000.
	Workers int `env:"GHEXPORT_WORKERS" envDefault:"64" unit:"requests" read:"serve"`
	// Limit of one send, 1s to 40s. Its request may take two thirds; a silent send is `unknown` 10 s after it.
	JobTimeout time.Duration `env:"GHEXPORT_JOB_TIMEOUT" envDefault:"30s" read:"serve"`
	// Time for what is being sent after SIGTERM. Give the process 5 s more before SIGKILL.
	ShutdownTimeout time.Duration `env:"GHEXPORT_SHUTDOWN_TIMEOUT" envDefault:"25s" read:"serve"`
	// Says that a promoted standby has every commit, so sending goes on; else a promotion [stops all sending](restore.md).
	SyncStandby bool `env:"GHEXPORT_SYNCHRONOUS_STANDBY" read:"serve"`
	// A file in which this node keeps which database it works with and how far it has seen it come, so that [a backup put back while nothing ran](restore.md#the-state-file) is noticed at the next start. One for each node, on a disk that outlives the process.
	StateFile string `env:"GHEXPORT_STATE_FILE" unit:"file" unset:"kept in memory alone" read:"serve, doctor"`
	// For how long what was sent about a person is kept once it is settled for good: names, email, note, earlier revisions, messages kept for later. A company's own [age](operations.md#a-companys-own-age) goes before it. Keys, versions and Greenhouse's ids [stay](operations.md#what-goes-and-when).
	KeepPeople int `env:"GHEXPORT_KEEP_PEOPLE_DAYS" envDefault:"365" unit:"days, 0 for ever" read:"serve, retention, org show"`
	// For how long the attempts of exports that are settled for good are kept, and the members of replay runs that have ended. 31 at least.
	KeepAttempts int `env:"GHEXPORT_KEEP_ATTEMPTS_DAYS" envDefault:"365" unit:"days, 0 for ever" read:"serve, retention"`
	// For how long the audit trail is kept. 90 at least.
	KeepAudit int `env:"GHEXPORT_KEEP_AUDIT_DAYS" envDefault:"1095" unit:"days, 0 for ever" read:"serve, retention"`
	// For how long notices and looks at companies' credentials are kept.
	KeepNotices int `env:"GHEXPORT_KEEP_NOTICES_DAYS" envDefault:"90" unit:"days, 0 for ever" read:"serve, retention"`
	// For how long River keeps jobs that ended without a send; of more than 20,000 the oldest go sooner. An hour at least.
	KeepJobs time.Duration `env:"GHEXPORT_KEEP_CANCELLED_JOBS" envDefault:"24h" read:"serve, retention"`
	// How often the relay looks for work without being woken; bounds what a lost notification costs.
	RelayPoll time.Duration `env:"GHEXPORT_RELAY_POLL" envDefault:"1s" read:"serve"`
	// Least level of log lines: `debug`, `info`, `warn`, `error`.
	LogLevel string `env:"GHEXPORT_LOG_LEVEL" envDefault:"info" unit:"level" read:"serve"`
	// Lets plain http leave for anywhere. Log and console say so. Not for production.
	Dev bool `env:"GHEXPORT_DEV" read:"*"`
	// Who acts, for the audit trail; `--as NAME` wins.
	Actor string `env:"GHEXPORT_ACTOR" unit:"name" unset:"the system user" read:"*"`

	Unknown []string // variables that begin like ours and are none: a slip of the pen, or another version's
}

// need is a setting without which a command cannot begin.
type need int

const (
	needDatabase need = iota
	needKeyset
	needConsole // where people log in
	needLink    // where links for companies are made
	needSources // where producers' own databases are read
)

// LoadConfig reads the settings out of an environment and touches nothing else. It reports every problem at once, each under its
// variable's name and never with a secret's value; an empty variable counts as not set.
func LoadConfig(environ map[string]string, needs ...need) (Config, error) {
	var c Config
	found := problems{}
	set := map[string]string{}
	for name, value := range environ {
		if value != "" {
			set[name] = value
		}
	}
	if err := env.ParseWithOptions(&c, env.Options{Environment: set}); err != nil {
		found = append(found, unreadable(err, set)...)
	}
	found = append(found, c.check(needs)...)
	c.Unknown = unknown(set)
	if len(found) > 0 {
		return c, found
	}
	return c, nil
}

// config reads the settings of this process for a command, "" for one that looks at all of them. Beside what LoadConfig finds it reports
// files that are needed and cannot be read; what the command does not read, it does not report.
func (c *cli) config(command string, needs ...need) (Config, error) {
	c.command = command
	config, err := LoadConfig(c.env, needs...)
	found := problems{}
	errors.As(err, &found)
	if slices.Contains(needs, needKeyset) && config.KeysetFile != "" && config.Keyset == "" {
		if _, err := config.openKeyset(); err != nil {
			found = append(found, err)
		}
	}
	if slices.Contains(needs, needConsole) || slices.Contains(needs, needLink) {
		found = append(found, config.readSecrets()...)
	}
	if slices.Contains(needs, needSources) {
		found = append(found, config.readSources()...)
	}
	if found = found.readBy(command); len(found) > 0 {
		return config, found
	}
	return config, nil
}

// unreadable names the variables whose value is not of the kind that it must be. None of these kinds holds a secret.
func unreadable(err error, set map[string]string) problems {
	var all env.AggregateError
	if !errors.As(err, &all) {
		return problems{errors.New("the environment cannot be read")}
	}
	var found problems
	for _, one := range all.Errors {
		var parse env.ParseError
		if !errors.As(one, &parse) {
			found = append(found, errors.New("the environment cannot be read"))
			continue
		}
		field, _ := reflect.TypeFor[Config]().FieldByName(parse.Name)
		name := field.Tag.Get("env")
		must := map[reflect.Kind]string{reflect.Int: "a whole number", reflect.Int64: "a duration such as 30s or 2m", reflect.Bool: "true or false"}
		found = append(found, fmt.Errorf("%s: %q is not %s", name, set[name], must[field.Type.Kind()]))
	}
	return found
}

// unknown lists variables that begin with GHEXPORT_ and mean nothing to this version.
func unknown(set map[string]string) []string {
	known := map[string]bool{}
	for _, field := range reflect.VisibleFields(reflect.TypeFor[Config]()) {
		known[field.Tag.Get("env")] = true
	}
	var list []string
	for name := range set {
		if strings.HasPrefix(name, "GHEXPORT_") && !strings.HasPrefix(name, "GHEXPORT_TEST_") && !known[name] {
			list = append(list, name)
		}
	}
	slices.Sort(list)
	return list
}

// openKeyset reads and parses the keyset. Its errors show nothing of it.
func (c Config) openKeyset() (*seal.Keyset, error) {
	name, text := "GHEXPORT_KEYSET", c.Keyset
	if text == "" {
		name = "GHEXPORT_KEYSET_FILE"
		content, err := os.ReadFile(c.KeysetFile)
		if err != nil {
			return nil, hinted(fmt.Errorf("%s: %w", name, err), "make one with ghexport keyset new --out FILE")
		}
		text = string(content)
	}
	keyset, err := seal.ParseKeyset(text)
	if err != nil {
		return nil, hinted(fmt.Errorf("%s: %w", name, err), "make one with ghexport keyset new; a keyset that is lost cannot be made again")
	}
	return keyset, nil
}

// digests opens what people are known by in the ledger, and makes its key where the database has none yet.
func (c Config) digests(ctx context.Context, st *store.Store) (*seal.Digests, error) {
	keyset, err := c.openKeyset()
	if err != nil {
		return nil, err
	}
	return keyring.In(st).Digests(ctx, keyset)
}

// digestsMade is digests for who only reads: nil where the database has no key yet, since then nobody who qualified was ever folded.
func (c Config) digestsMade(ctx context.Context, st *store.Store) (*seal.Digests, error) {
	made, err := st.HasDigestKey(ctx)
	if err != nil || !made {
		return nil, err
	}
	return c.digests(ctx, st)
}

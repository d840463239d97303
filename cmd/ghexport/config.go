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

	"github.com/interviewing-io/greenhouse-export/store"
)

// Config is the settings, as the environment gives them. Seven of them are secrets, or hold one:
// DatabaseURL, Keyset, ConsoleUsers, OIDCClientSecret, LinkSecret, SMTPURL, WebhookSecret.
type Config struct {
	DatabaseURL       string `env:"DATABASE_URL"`
	GreenhouseBaseURL string `env:"GREENHOUSE_BASE_URL" envDefault:"https://api.greenhouse.io"`
	Keyset            string `env:"GHEXPORT_KEYSET"`
	KeysetFile        string `env:"GHEXPORT_KEYSET_FILE"`
	HTTPAddr          string `env:"GHEXPORT_HTTP_ADDR" envDefault:"127.0.0.1:8080"`
	PublicURL         string `env:"GHEXPORT_PUBLIC_URL"`
	ConsoleUsers      string `env:"GHEXPORT_CONSOLE_USERS"`

	OIDCIssuer           string `env:"GHEXPORT_OIDC_ISSUER"`
	OIDCClientID         string `env:"GHEXPORT_OIDC_CLIENT_ID"`
	OIDCClientSecret     string `env:"GHEXPORT_OIDC_CLIENT_SECRET"`
	OIDCClientSecretFile string `env:"GHEXPORT_OIDC_CLIENT_SECRET_FILE"`
	OIDCRoles            string `env:"GHEXPORT_OIDC_ROLES"`
	OIDCScopes           string `env:"GHEXPORT_OIDC_SCOPES"`
	LinkSecret           string `env:"GHEXPORT_LINK_SECRET"`
	LinkSecretFile       string `env:"GHEXPORT_LINK_SECRET_FILE"`

	SMTPURL       string `env:"GHEXPORT_SMTP_URL"`
	AlertEmail    string `env:"GHEXPORT_ALERT_EMAIL"`
	WebhookURL    string `env:"GHEXPORT_WEBHOOK_URL"`
	WebhookSecret string `env:"GHEXPORT_WEBHOOK_SECRET"`

	MetricsAddr     string        `env:"GHEXPORT_METRICS_ADDR"`
	Workers         int           `env:"GHEXPORT_WORKERS" envDefault:"64"`
	JobTimeout      time.Duration `env:"GHEXPORT_JOB_TIMEOUT" envDefault:"30s"`
	ShutdownTimeout time.Duration `env:"GHEXPORT_SHUTDOWN_TIMEOUT" envDefault:"25s"`
	SyncStandby     bool          `env:"GHEXPORT_SYNCHRONOUS_STANDBY"`
	RelayPoll       time.Duration `env:"GHEXPORT_RELAY_POLL" envDefault:"1s"`
	LogLevel        string        `env:"GHEXPORT_LOG_LEVEL" envDefault:"info"`
	Dev             bool          `env:"GHEXPORT_DEV"`
	Actor           string        `env:"GHEXPORT_ACTOR"`

	Unknown []string // variables that begin like ours and are none: a slip of the pen, or another version's
}

// need is a setting without which a command cannot begin.
type need int

const (
	needDatabase need = iota
	needKeyset
	needConsole // where people log in
	needLink    // where links for companies are made
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

// config reads the settings of this process. Beside what LoadConfig finds it reports files that are needed and
// cannot be read.
func (c *cli) config(needs ...need) (Config, error) {
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
	if len(found) > 0 {
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
func (c Config) openKeyset() (*store.Keyset, error) {
	name, text := "GHEXPORT_KEYSET", c.Keyset
	if text == "" {
		name = "GHEXPORT_KEYSET_FILE"
		content, err := os.ReadFile(c.KeysetFile)
		if err != nil {
			return nil, hinted(fmt.Errorf("%s: %w", name, err), "make one with ghexport keyset new --out FILE")
		}
		text = string(content)
	}
	keyset, err := store.ParseKeyset(text)
	if err != nil {
		return nil, hinted(fmt.Errorf("%s: %w", name, err), "make one with ghexport keyset new; a keyset that is lost cannot be made again")
	}
	return keyset, nil
}

// digests opens what people are known by in the ledger, and makes its key where the database has none yet.
func (c Config) digests(ctx context.Context, st *store.Store) (*store.Digests, error) {
	keyset, err := c.openKeyset()
	if err != nil {
		return nil, err
	}
	return st.Digests(ctx, keyset)
}

// digestsMade is digests for who only reads: nil where the database has no key yet, since then nobody who qualified was ever folded.
func (c Config) digestsMade(ctx context.Context, st *store.Store) (*store.Digests, error) {
	made, err := st.HasDigestKey(ctx)
	if err != nil || !made {
		return nil, err
	}
	return c.digests(ctx, st)
}

package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/caarlos0/env/v11"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/web"
	"github.com/interviewing-io/greenhouse-export/worker"
)

// Config is the settings, as the environment gives them. Three of them are secrets, or hold one: DatabaseURL, Keyset, ConsoleUsers.
type Config struct {
	DatabaseURL       string        `env:"DATABASE_URL"`
	GreenhouseBaseURL string        `env:"GREENHOUSE_BASE_URL" envDefault:"https://api.greenhouse.io"`
	Keyset            string        `env:"GHEXPORT_KEYSET"`
	KeysetFile        string        `env:"GHEXPORT_KEYSET_FILE"`
	HTTPAddr          string        `env:"GHEXPORT_HTTP_ADDR" envDefault:"127.0.0.1:8080"`
	PublicURL         string        `env:"GHEXPORT_PUBLIC_URL"`
	ConsoleUsers      string        `env:"GHEXPORT_CONSOLE_USERS"`
	MetricsAddr       string        `env:"GHEXPORT_METRICS_ADDR"`
	Workers           int           `env:"GHEXPORT_WORKERS" envDefault:"64"`
	JobTimeout        time.Duration `env:"GHEXPORT_JOB_TIMEOUT" envDefault:"30s"`
	ShutdownTimeout   time.Duration `env:"GHEXPORT_SHUTDOWN_TIMEOUT" envDefault:"25s"`
	RelayPoll         time.Duration `env:"GHEXPORT_RELAY_POLL" envDefault:"1s"`
	LogLevel          string        `env:"GHEXPORT_LOG_LEVEL" envDefault:"info"`
	Dev               bool          `env:"GHEXPORT_DEV"`
	Actor             string        `env:"GHEXPORT_ACTOR"`

	Unknown []string // variables that begin like ours and are none: a slip of the pen, or another version's
}

// need is a setting without which a command cannot begin.
type need int

const (
	needDatabase need = iota
	needKeyset
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

// config reads the settings of this process. Beside what LoadConfig finds it reports a keyset that is needed and cannot be read.
func (c *cli) config(needs ...need) (Config, error) {
	config, err := LoadConfig(c.env, needs...)
	found := problems{}
	errors.As(err, &found)
	if slices.Contains(needs, needKeyset) && config.KeysetFile != "" && config.Keyset == "" {
		if _, err := config.openKeyset(); err != nil {
			found = append(found, err)
		}
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

// check finds what is readable and still wrong.
func (c Config) check(needs []need) problems {
	var found problems
	add := func(wrong bool, format string, args ...any) {
		if wrong {
			found = append(found, fmt.Errorf(format, args...))
		}
	}
	if c.DatabaseURL != "" {
		_, err := pgxpool.ParseConfig(c.DatabaseURL)
		add(err != nil, "DATABASE_URL: it is neither a connection URL nor a list of keywords and values")
	} else if slices.Contains(needs, needDatabase) {
		found = append(found, hinted(errors.New("DATABASE_URL: not set"), "export DATABASE_URL=postgres://user:password@host:5432/database"))
	}
	add(c.Keyset != "" && c.KeysetFile != "", "GHEXPORT_KEYSET and GHEXPORT_KEYSET_FILE: both are set, and only one may be")
	if c.Keyset != "" {
		_, err := c.openKeyset()
		add(err != nil, "%w", err)
	} else if c.KeysetFile == "" && slices.Contains(needs, needKeyset) {
		found = append(found, hinted(errors.New("GHEXPORT_KEYSET: not set, nor is GHEXPORT_KEYSET_FILE"),
			"make one with ghexport keyset new, once, and keep it where secrets are kept"))
	}
	if err := checkBaseURL(c.GreenhouseBaseURL, c.Dev); err != nil {
		found = append(found, err)
	}
	if c.PublicURL != "" {
		u, err := url.Parse(c.PublicURL)
		add(err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https",
			"GHEXPORT_PUBLIC_URL: %q is not the address of a page, such as https://ghexport.example.com", c.PublicURL)
	}
	for name, address := range map[string]string{"GHEXPORT_HTTP_ADDR": c.HTTPAddr, "GHEXPORT_METRICS_ADDR": c.MetricsAddr} {
		_, _, err := net.SplitHostPort(address)
		add(address != "" && err != nil, "%s: %q is not host:port", name, address)
	}
	if c.ConsoleUsers != "" {
		_, err := web.New(web.Config{Users: c.ConsoleUsers, Store: &store.Store{}, Ready: func(context.Context) error { return nil }})
		found = append(found, separated(err)...)
	}
	// A value that is no number or duration has been reported, and left its setting at zero.
	add(c.Workers < 0 || c.Workers > maxWorkers, "GHEXPORT_WORKERS: %d is not between 1 and %d", c.Workers, maxWorkers)
	add(c.JobTimeout < 0 || c.JobTimeout > 0 && c.JobTimeout < time.Second || c.JobTimeout > worker.JobTimeoutMax,
		"GHEXPORT_JOB_TIMEOUT: %s is not between 1s and %s", c.JobTimeout, worker.JobTimeoutMax)
	add(c.ShutdownTimeout < 0, "GHEXPORT_SHUTDOWN_TIMEOUT: %s is less than nothing", c.ShutdownTimeout)
	add(c.RelayPoll < 0, "GHEXPORT_RELAY_POLL: %s is less than nothing", c.RelayPoll)
	add(!slices.Contains(logLevels, c.LogLevel), "GHEXPORT_LOG_LEVEL: %q is not one of %s", c.LogLevel, strings.Join(logLevels, ", "))
	return found
}

// maxWorkers bounds GHEXPORT_WORKERS.
const maxWorkers = 1000

var logLevels = []string{"debug", "info", "warn", "error"}

// checkBaseURL lets keys and personal data leave over https only, or to this very machine.
func checkBaseURL(address string, dev bool) error {
	u, err := url.Parse(address)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https":
		return errors.New("GREENHOUSE_BASE_URL: it is not an address such as https://api.greenhouse.io")
	case u.User != nil || u.RawQuery != "" || u.Fragment != "":
		return errors.New("GREENHOUSE_BASE_URL: it holds more than an address: take out user, ? and #")
	case u.Scheme == "http" && !loopback(u) && !dev:
		return hinted(fmt.Errorf("GREENHOUSE_BASE_URL: %s would send keys and people's data unencrypted", address),
			"use https; plain http goes to a loopback address, or anywhere with GHEXPORT_DEV=true, which is not for production")
	}
	return nil
}

// loopback tells an address that leads to this very machine.
func loopback(u *url.URL) bool {
	host := u.Hostname()
	return strings.EqualFold(host, "localhost") || net.ParseIP(host).IsLoopback()
}

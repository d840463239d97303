package main

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/interviewing-io/greenhouse-export/worker"
)

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
	if err := checkBaseURL("GREENHOUSE_BASE_URL", c.GreenhouseBaseURL, c.Dev); err != nil {
		found = append(found, err)
	}
	if c.TestBaseURL != "" {
		err := checkBaseURL("GREENHOUSE_TEST_BASE_URL", c.TestBaseURL, c.Dev)
		add(err != nil, "%w", err)
		add(err == nil && c.TestBaseURL == c.GreenhouseBaseURL, "GREENHOUSE_TEST_BASE_URL: it is GREENHOUSE_BASE_URL: a test would go to Greenhouse")
	}
	found = append(found, c.checkHTTP()...)
	found = append(found, c.checkConsole()...)
	found = append(found, c.checkSources()...)
	_, _, wrong := c.notices()
	found = append(found, wrong...)
	if slices.Contains(needs, needLink) {
		found = append(found, c.needsLink()...)
	}
	// A value that is no number or duration has been reported, and left its setting at zero.
	add(c.Workers < 0 || c.Workers > maxWorkers, "GHEXPORT_WORKERS: %d is not between 1 and %d", c.Workers, maxWorkers)
	add(c.JobTimeout < 0 || c.JobTimeout > 0 && c.JobTimeout < time.Second || c.JobTimeout > worker.JobTimeoutMax,
		"GHEXPORT_JOB_TIMEOUT: %s is not between 1s and %s", c.JobTimeout, worker.JobTimeoutMax)
	add(c.ShutdownTimeout < 0, "GHEXPORT_SHUTDOWN_TIMEOUT: %s is less than nothing", c.ShutdownTimeout)
	add(c.RelayPoll < 0, "GHEXPORT_RELAY_POLL: %s is less than nothing", c.RelayPoll)
	found = append(found, c.checkRetention()...)
	add(!slices.Contains(logLevels, c.LogLevel), "GHEXPORT_LOG_LEVEL: %q is not one of %s", c.LogLevel, strings.Join(logLevels, ", "))
	return found
}

// checkHTTP finds what is wrong with the addresses that we answer at.
func (c Config) checkHTTP() problems {
	var found problems
	for name, address := range map[string]string{"GHEXPORT_HTTP_ADDR": c.HTTPAddr, "GHEXPORT_METRICS_ADDR": c.MetricsAddr} {
		_, _, err := net.SplitHostPort(address)
		if address != "" && err != nil {
			found = append(found, fmt.Errorf("%s: %q is not host:port", name, address))
		}
	}
	return found
}

// maxWorkers bounds GHEXPORT_WORKERS.
const maxWorkers = 1000

var logLevels = []string{"debug", "info", "warn", "error"}

// checkBaseURL lets keys and personal data leave over https only, or to this very machine.
func checkBaseURL(name, address string, dev bool) error {
	u, err := url.Parse(address)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https":
		return fmt.Errorf("%s: it is not an address such as https://api.greenhouse.io", name)
	case u.User != nil || u.RawQuery != "" || u.Fragment != "":
		return fmt.Errorf("%s: it holds more than an address: take out user, ? and #", name)
	case u.Scheme == "http" && !loopback(u) && !dev:
		return hinted(fmt.Errorf("%s: %s would send keys and people's data unencrypted", name, address),
			"use https; plain http goes to a loopback address, or anywhere with GHEXPORT_DEV=true, which is not for production")
	}
	return nil
}

// loopback tells an address that leads to this very machine.
// simulated says that something of ours may stand for Greenhouse, so that the addresses of its candidates are not Greenhouse's.
func (c Config) simulated() bool {
	base, err := url.Parse(c.GreenhouseBaseURL)
	return c.Dev || c.TestBaseURL != "" || err == nil && loopback(base)
}

func loopback(u *url.URL) bool {
	host := u.Hostname()
	return strings.EqualFold(host, "localhost") || net.ParseIP(host).IsLoopback()
}

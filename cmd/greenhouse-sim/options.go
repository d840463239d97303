package main

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/interviewing-io/greenhouse-export/greenhouse/greenhousesim"
)

// usageError is a mistake on the command line or in the environment.
type usageError struct{ err error }

// Error returns the mistake.
func (e *usageError) Error() string { return e.err.Error() }

// Unwrap returns it too.
func (e *usageError) Unwrap() error { return e.err }

type options struct {
	addr       string
	account    []string
	config     string
	rateLimit  int
	rateWindow time.Duration
	latency    time.Duration
	publicURL  string
	moveEvery  time.Duration
}

func (o *options) register(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&o.addr, "addr", "127.0.0.1:8081", "address to listen on")
	f.StringArrayVar(&o.account, "account", nil, "an account's user as `KEY:EMAIL:NAME[:LEVEL]`, repeatable; levels: site_admin, job_admin, interviewer, basic")
	f.StringVar(&o.config, "config", "", "JSON `file` with an array of accounts: name, key, users, jobs, prospect_pools, no_prospects, rate_limit")
	f.IntVar(&o.rateLimit, "rate-limit", 0, "requests a window for accounts that name no limit; 0 is none")
	f.DurationVar(&o.rateWindow, "rate-window", greenhousesim.DefaultRateWindow, "length of a window")
	f.DurationVar(&o.latency, "latency", 0, "delay of every answer, such as 150ms")
	f.DurationVar(&o.moveEvery, "move-every", 0, "how often everybody moves one stage on, such as 20s; 0 is never")
	f.StringVar(&o.publicURL, "public-url", "", "where profile_url points to (default: the address it listens on)")
}

// fromEnvironment fills the flags that were not given.
func fromEnvironment(cmd *cobra.Command, lookup func(string) (string, bool)) error {
	var errs []error
	for _, flag := range []string{"addr", "account", "config", "rate-limit", "rate-window", "latency", "move-every", "public-url"} {
		name := "GREENHOUSE_SIM_" + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
		value, found := lookup(name)
		if cmd.Flags().Changed(flag) || !found || value == "" {
			continue
		}
		values := []string{value}
		if flag == "account" {
			values = strings.Split(value, ",")
		}
		for _, v := range values {
			if err := cmd.Flags().Lookup(flag).Value.Set(strings.TrimSpace(v)); err != nil {
				errs = append(errs, fmt.Errorf("%s: %w", name, err))
			}
		}
	}
	if len(errs) > 0 {
		return &usageError{errors.Join(errs...)}
	}
	return nil
}

// accounts gathers those of the file and of the flags, or the two that are there by default.
func (o *options) accounts() ([]greenhousesim.Account, error) {
	list, err := readConfig(o.config)
	if err != nil {
		return nil, err
	}
	var errs []error
	for _, text := range o.account {
		if list, err = addUser(list, text); err != nil {
			errs = append(errs, err)
		}
	}
	if len(list) == 0 && len(errs) == 0 {
		list = defaultAccounts()
	}
	for i := range list {
		list[i].RateLimit = cmp.Or(list[i].RateLimit, o.rateLimit)
		list[i].RateWindow = o.rateWindow
		if err := list[i].Validate(); err != nil {
			errs = append(errs, err)
		}
	}
	if o.rateWindow <= 0 || o.latency < 0 || o.moveEvery < 0 {
		errs = append(errs, errors.New("--rate-window must be above 0, --latency and --move-every not below"))
	}
	if len(errs) > 0 {
		return nil, &usageError{errors.Join(errs...)}
	}
	return list, nil
}

func readConfig(path string) ([]greenhousesim.Account, error) {
	if path == "" {
		return nil, nil
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read the config: %w", err)
	}
	var list []greenhousesim.Account
	if err := json.Unmarshal(text, &list); err != nil {
		return nil, &usageError{fmt.Errorf("%s: %w", path, err)}
	}
	return list, nil
}

// addUser reads KEY:EMAIL:NAME[:LEVEL]; several with one key are users of one account. The key is not repeated in the
// error.
func addUser(list []greenhousesim.Account, text string) ([]greenhousesim.Account, error) {
	parts := strings.Split(text, ":")
	if len(parts) < 3 || len(parts) > 4 || parts[0] == "" || !strings.Contains(parts[1], "@") {
		return list, errors.New("--account: want KEY:EMAIL:NAME[:LEVEL]")
	}
	u := greenhousesim.User{Email: parts[1], Name: parts[2], CanManageUnattachedProspects: true}
	if len(parts) == 4 {
		u.Level = greenhousesim.Level(parts[3])
	}
	for i := range list {
		if list[i].Key == parts[0] {
			list[i].Users = append(list[i].Users, u)
			return list, nil
		}
	}
	return append(list, greenhousesim.Account{Key: parts[0], Users: []greenhousesim.User{u}, Jobs: defaultJobs()}), nil
}

func defaultAccounts() []greenhousesim.Account {
	user := func(email, name string) []greenhousesim.User {
		return []greenhousesim.User{{Email: email, Name: name, CanManageUnattachedProspects: true}}
	}
	return []greenhousesim.Account{
		{Name: "acme", Key: "acme-demo-key", Users: user("lee@acme.example", "Lee Doe"), Jobs: defaultJobs()},
		{Name: "globex", Key: "globex-demo-key", Users: user("sam@globex.example", "Sam Poe"), Jobs: defaultJobs()},
	}
}

func defaultJobs() []greenhousesim.Job {
	return []greenhousesim.Job{{ID: 101, Name: "Backend Engineer", Public: true}, {ID: 102, Name: "Frontend Engineer", Public: true}}
}

package main

import (
	"context"
	"errors"

	"go.uber.org/zap"

	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/store/keyring"
	"github.com/interviewing-io/greenhouse-export/web/api"
	"github.com/interviewing-io/greenhouse-export/worker/connections"
)

// consoleGreenhouse hands the console what its settings need of Greenhouse.
func consoleGreenhouse(c *connections.Connections) api.Greenhouse {
	return api.Greenhouse{Test: c.Test, Save: c.Save, Jobs: c.Jobs, Pools: c.Pools, Preview: c.Preview, MakeLinks: c.MakeLinks, Present: c.Present}
}

// connections opens all that talking to Greenhouse about a company needs. End it with the returned function.
func (c *cli) connections(ctx context.Context, name string) (*connections.Connections, func(), error) {
	st, config, err := c.open(ctx, name, needKeyset)
	if err != nil {
		return nil, nil, err
	}
	keyset, err := config.openKeyset()
	if err != nil {
		st.Close()
		return nil, nil, err
	}
	digests, err := keyring.In(st).Digests(ctx, keyset)
	if err != nil {
		st.Close()
		return nil, nil, err
	}
	client := config.greenhouse()
	end := func() {
		client.CloseIdleConnections()
		st.Close()
	}
	return &connections.Connections{Store: st, Greenhouse: client, Keyset: keyset, Digests: digests, Log: zap.NewNop()}, end, nil
}

// errTestFailed ends a test that did not pass.
var errTestFailed = errors.New("the connection test failed")

// printChecks prints a line for each check of a connection test.
func (c *cli) printChecks(report store.TestReport) {
	marks := map[store.CheckResult]string{store.CheckOK: "ok  ", store.CheckFailed: "FAIL", store.CheckNote: "note"}
	for _, check := range report.Checks {
		c.printf("%s  %s: %s\n", marks[check.Is], check.What, visible(check.Says))
		if check.Why != "" {
			c.printf("      likely: %s\n", visible(check.Why))
		}
		if check.Is == store.CheckNote && check.Hint != "" {
			c.printf("      %s\n", visible(check.Hint))
		}
	}
}

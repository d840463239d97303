package connections

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/interviewing-io/greenhouse-export/greenhouse"
	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
)

// Jobs lists the open jobs that the created-by user sees, and the mapped ones that are open no more. Where Greenhouse cannot be asked it
// gives the list that was seen last, and says why. [store.ErrNotFound] where nobody connected the company.
func (c *Connections) Jobs(ctx context.Context, org string) (store.Seen[store.SeenJob], error) {
	seen, err := c.Store.SeenJobs(ctx, org)
	if err != nil || seen.Fresh() {
		return seen, err
	}
	p, problem, err := c.mayAsk(ctx, org)
	if err != nil || problem != "" {
		seen.Problem = problem
		return seen, err
	}
	open, _, err := c.client(p.testing).Jobs(ctx, p.credential())
	if err != nil {
		seen.Problem = unasked(asGreenhouseError(err))
		return seen, nil
	}
	return c.Store.KeepJobs(ctx, org, p.version, SeenJobs(open))
}

// Pools lists the prospect pools with their stages, as [Connections.Jobs] does jobs.
func (c *Connections) Pools(ctx context.Context, org string) (store.Seen[store.SeenPool], error) {
	seen, err := c.Store.SeenPools(ctx, org)
	if err != nil || seen.Fresh() {
		return seen, err
	}
	p, problem, err := c.mayAsk(ctx, org)
	if err != nil || problem != "" {
		seen.Problem = problem
		return seen, err
	}
	pools, _, err := c.client(p.testing).ProspectPools(ctx, p.credential())
	if err != nil {
		seen.Problem = unasked(asGreenhouseError(err))
		return seen, nil
	}
	return c.Store.KeepPools(ctx, org, p.version, seenPools(pools))
}

// mayAsk opens the stored credential and charges its budget for one request, or says in words why not.
func (c *Connections) mayAsk(ctx context.Context, org string) (pair, string, error) {
	i, err := c.Store.Integration(ctx, org)
	if err != nil {
		return pair{}, "", err
	}
	if !i.HasKey || i.CreatedBy == nil {
		return pair{}, "no key and email are saved yet", nil
	}
	p, err := c.pairOf(ctx, i, "", "")
	if errors.Is(err, errKeyStaysShut) {
		return pair{}, "the saved key cannot be opened here: paste it again", nil
	}
	if err != nil {
		return pair{}, "", err
	}
	free, err := c.Store.ChargeBudget(ctx, p.digest, 1)
	if err == nil && !free {
		return p, "what Greenhouse allows this key at the moment is used up by what is being sent; try again in 10 seconds", nil
	}
	return p, "", err
}

// unasked says in words why a list could not be read.
func unasked(e *greenhouse.Error) string {
	switch {
	case e.Status == 0:
		return "Greenhouse does not answer: " + e.Reason
	case e.Class == greenhouse.ClassAuthRejected:
		return "Greenhouse refuses key or email (401); the connection test says more"
	case e.Class == greenhouse.ClassPermissionDenied:
		return "Greenhouse does not let the user read this list (403)"
	}
	return fmt.Sprintf("Greenhouse answers with status %d; try again later", e.Status)
}

// keepSeen remembers the lists that a test read.
func (c *Connections) keepSeen(ctx context.Context, org string, version int64, f findings) error {
	if f.jobs != nil {
		if _, err := c.Store.KeepJobs(ctx, org, version, f.jobs); err != nil {
			return err
		}
	}
	if f.pools == nil {
		return nil
	}
	_, err := c.Store.KeepPools(ctx, org, version, f.pools)
	if errors.Is(err, store.ErrNotFound) { // the credential was replaced meanwhile
		return nil
	}
	return err
}

func SeenJobs(open []greenhouse.Job) []store.SeenJob {
	list := []store.SeenJob{}
	for _, j := range open {
		list = append(list, store.SeenJob{ID: j.ID, Name: ledger.Clean(j.Name, 500), Public: j.Public})
	}
	return list
}

func seenPools(pools []greenhouse.ProspectPool) []store.SeenPool {
	list := []store.SeenPool{}
	for _, p := range pools {
		seen := store.SeenPool{ID: p.ID, Name: ledger.Clean(p.Name, 500), Stages: []store.SeenStage{}}
		for _, s := range p.Stages {
			seen.Stages = append(seen.Stages, store.SeenStage{ID: s.ID, Name: ledger.Clean(s.Name, 500)})
		}
		list = append(list, seen)
	}
	return list
}

// missingJobs names the jobs that the choices send people to and the user does not see.
func missingJobs(chosen store.Choices, open []store.SeenJob) (gone []string) {
	for _, id := range chosen.Jobs() {
		if !slices.ContainsFunc(open, func(j store.SeenJob) bool { return j.ID == id }) {
			gone = append(gone, fmt.Sprint(id))
		}
	}
	return gone
}

// missingPool says which of the chosen pool and stage is not there; empty when both are, or none is chosen.
func missingPool(chosen store.Choices, pools []store.SeenPool) string {
	if chosen.PoolID == nil {
		return ""
	}
	n := slices.IndexFunc(pools, func(p store.SeenPool) bool { return p.ID == *chosen.PoolID })
	if n < 0 {
		return fmt.Sprintf("the chosen pool (%d) is not among them", *chosen.PoolID)
	}
	if id := chosen.PoolStageID; id != nil && !slices.ContainsFunc(pools[n].Stages, func(s store.SeenStage) bool { return s.ID == *id }) {
		return fmt.Sprintf("%s has no stage %d", pools[n].Name, *id)
	}
	return ""
}

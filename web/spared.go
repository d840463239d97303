package web

import (
	"context"
	"crypto/sha256"
	"errors"
	"time"

	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/store/access"
	"github.com/interviewing-io/greenhouse-export/web/api"
	"github.com/interviewing-io/greenhouse-export/web/auth"
)

// What the admins of one company may make us ask of Greenhouse in a minute, all of them together and on whichever node. Ours may more.
const (
	testsAMinute    = 6  // of a key and an email: up to a dozen requests each
	listsAMinute    = 12 // of jobs and pools that are not known from lately: a page reads one of each
	profilesAMinute = 12 // looked at to resolve an export
	linksAMinute    = 6  // times that tracking links are made: up to 20 requests each
)

// spared is Greenhouse as the pages and the API ask it: it counts what is asked in the name of a company's admin, and answers an
// [*api.TooOftenError] where that was too much. A route need not think of it, and none can forget it.
type spared struct {
	api.Greenhouse
	store *store.Store
	now   func() time.Time
}

func spare(of api.Greenhouse, st *store.Store, now func() time.Time) api.Greenhouse {
	s := &spared{of, st, now}
	return api.Greenhouse{Test: s.test, Save: s.save, Jobs: s.jobs, Pools: s.pools, Preview: of.Preview, MakeLinks: s.makeLinks, Present: s.present}
}

// count takes one of a company's admin's turns.
func (s *spared) count(ctx context.Context, what string, limit int) error {
	p := auth.WhoIn(ctx)
	if !p.Role.OfCompany() {
		return nil
	}
	wait, err := access.In(s.store).Allow(ctx, sha256.Sum256([]byte("asks Greenhouse\n"+what+"\n"+p.Org)), limit, time.Minute, s.now())
	if err == nil && wait > 0 {
		err = &api.TooOftenError{Wait: wait}
	}
	return err
}

func (s *spared) test(ctx context.Context, org string, key store.APIKey, createdBy string, by store.By) (store.TestReport, error) {
	if err := s.count(ctx, "tests", testsAMinute); err != nil {
		return store.TestReport{}, err
	}
	return s.Test(ctx, org, key, createdBy, by)
}

// save counts a change of key or email, which is tested, and no other.
func (s *spared) save(ctx context.Context, org string, change store.ConnectionChange, by store.By) (store.SavedConnection, error) {
	tests := change.Key != "" || change.CreatedBy != ""
	if change.Key == "" && tests {
		known, err := s.store.Integration(ctx, org)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return store.SavedConnection{}, err
		}
		tests = known.CreatedBy == nil || *known.CreatedBy != change.CreatedBy
	}
	if tests && !change.SkipTest {
		if err := s.count(ctx, "tests", testsAMinute); err != nil {
			return store.SavedConnection{}, err
		}
	}
	return s.Save(ctx, org, change, by)
}

func (s *spared) jobs(ctx context.Context, org string) (store.Seen[store.SeenJob], error) {
	return readList(ctx, s, org, s.store.SeenJobs, s.Jobs)
}

func (s *spared) pools(ctx context.Context, org string) (store.Seen[store.SeenPool], error) {
	return readList(ctx, s, org, s.store.SeenPools, s.Pools)
}

// readList counts a list that has to be asked for, and none that is known from lately.
func readList[T any](ctx context.Context, s *spared, org string, known, ask func(context.Context, string) (store.Seen[T], error)) (store.Seen[T], error) {
	if auth.WhoIn(ctx).Role.OfCompany() {
		seen, err := known(ctx, org)
		if err != nil || seen.Fresh() {
			return seen, err
		}
		if err := s.count(ctx, "lists", listsAMinute); err != nil {
			return seen, err
		}
	}
	return ask(ctx, org)
}

func (s *spared) makeLinks(ctx context.Context, org string, jobs []int64, again bool, by store.By) (store.MadeLinks, error) {
	if err := s.count(ctx, "links", linksAMinute); err != nil {
		return store.MadeLinks{}, err
	}
	return s.MakeLinks(ctx, org, jobs, again, by)
}

func (s *spared) present(ctx context.Context, export int64, profile store.Profile, anyway bool, by store.By) (store.Compared, error) {
	if err := s.count(ctx, "profiles", profilesAMinute); err != nil {
		return "", err
	}
	return s.Present(ctx, export, profile, anyway, by)
}

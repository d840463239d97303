package web

import (
	"context"
	"net/http"
	"sync/atomic"

	"go.uber.org/zap"

	"github.com/interviewing-io/greenhouse-export/web/auth"
)

// testOrgs is the companies in test mode, as the newest page that was shown found them: rows of lists ask it.
type testOrgs struct {
	orgs atomic.Pointer[map[string]bool]
}

func (t *testOrgs) has(org string) bool {
	known := t.orgs.Load()
	return known != nil && (*known)[org]
}

// look reads them anew. They are few, and there mostly are none.
func (t *testOrgs) look(ctx context.Context, k *console) {
	list, err := k.Store.Testing(ctx)
	if err != nil { // the page itself says what is wrong with the database
		k.Log.Debug("companies in test mode", zap.Error(err))
		return
	}
	orgs := map[string]bool{}
	for _, org := range list {
		orgs[org] = true
	}
	t.orgs.Store(&orgs)
}

// routeKey is under which a request carries its route.
type routeKey struct{}

func withRoute(r *http.Request, route route) *http.Request {
	return r.WithContext(context.WithValue(r.Context(), routeKey{}, route))
}

// testingPage is the company that a page is about, where that is in test mode; every page of the company says so. A company's admin has no
// other pages.
func (k *console) testingPage(r *http.Request) string {
	who := auth.Who(r)
	if who.Name == "" || k.Store == nil {
		return ""
	}
	k.testMode.look(r.Context(), k)
	org := who.Org
	if route, of := r.Context().Value(routeKey{}).(route); of && org == "" && route.org != nil && len(*k.known()) > 0 {
		org, _ = route.org(r) // what there is not is in no test mode
	}
	if !k.testMode.has(org) {
		return ""
	}
	return org
}

// known are the companies in test mode.
func (k *console) known() *map[string]bool {
	if known := k.testMode.orgs.Load(); known != nil {
		return known
	}
	return &map[string]bool{}
}

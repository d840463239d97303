package hooks

import (
	"context"
	"errors"
	"net/url"

	"github.com/interviewing-io/greenhouse-export/seal"
	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/store/webhooks"
)

// Secrets makes the secrets with which companies' Greenhouses sign, and says where their webhooks come in.
type Secrets struct {
	Store     *store.Store
	Keyset    *seal.Keyset
	PublicURL string // under which the service is reached; empty where nobody said
}

// Address returns where a company's webhooks come in: a path alone where nobody said under which address the service is reached.
func (s Secrets) Address(org string) string {
	return s.PublicURL + Path + url.PathEscape(org)
}

// New makes a company's first secret and returns it, the only time that it is shown; [webhooks.ErrHookMade] where it has one.
func (s Secrets) New(ctx context.Context, org string, by store.By) (string, error) {
	secret := seal.NewHookSecret()
	return secret, webhooks.In(s.Store).MakeHook(ctx, s.Keyset, org, secret, by)
}

// Rotate makes another secret and returns it, the only time that it is shown. The one before counts for [webhooks.Overlap] more, or
// no longer when it is to end now. It returns [store.ErrNotFound] where there was none.
func (s Secrets) Rotate(ctx context.Context, org string, endNow bool, by store.By) (string, error) {
	secret := seal.NewHookSecret()
	return secret, webhooks.In(s.Store).RotateHook(ctx, s.Keyset, org, secret, endNow, by)
}

// Make makes the first secret, or another one where there is one.
func (s Secrets) Make(ctx context.Context, org string, endNow bool, by store.By) (string, error) {
	secret, err := s.New(ctx, org, by)
	if errors.Is(err, webhooks.ErrHookMade) {
		return s.Rotate(ctx, org, endNow, by)
	}
	return secret, err
}

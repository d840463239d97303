package connections

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/interviewing-io/greenhouse-export/greenhouse"
	"github.com/interviewing-io/greenhouse-export/store"
)

// presenceLimit bounds the look at a profile: a person waits for it.
const presenceLimit = 10 * time.Second

// Present resolves an export as present under a profile that a person found, and says what Greenhouse's own record of it tells. A
// profile that Greenhouse shows under another external_id, or without the application that the address names, is a
// [*store.MismatchError], unless anyway. Where Greenhouse does not say, the person's word counts. Refusals are those of
// [store.Store.ResolvePresent]; those that are known beforehand cost no request.
func (c *Connections) Present(ctx context.Context, export int64, profile store.Profile, anyway bool, by store.By) (store.Compared, error) {
	if err := c.Store.MayBePresent(ctx, export, profile); err != nil {
		return "", err
	}
	org, id, err := c.Store.ExternalID(ctx, export)
	if err != nil {
		return "", err
	}
	there, err := c.profile(ctx, org, profile.CandidateID)
	var wrong string
	switch {
	case err != nil && ctx.Err() != nil:
		return "", err
	case err != nil:
		profile.Compared = store.ComparedNot
	default:
		profile.Compared, wrong = compareProfile(there, profile, id)
	}
	if wrong != "" && !anyway {
		return profile.Compared, &store.MismatchError{ExportID: export, Because: wrong}
	}
	return profile.Compared, c.Store.ResolvePresent(ctx, export, profile, by)
}

// profile reads what Greenhouse shows of a candidate, nil where it shows none, with the company's own key and out of its budget. Its
// errors are all the reasons for which nobody knows.
func (c *Connections) profile(ctx context.Context, org string, candidate int64) (*greenhouse.CandidateStatus, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, presenceLimit, fmt.Errorf("no answer from Greenhouse within %s", presenceLimit))
	defer cancel()
	if c.Keyset == nil {
		return nil, errors.New("there is no keyset to open the key with")
	}
	sealed, err := c.Store.Credential(ctx, org)
	if err != nil {
		return nil, err
	}
	key, err := c.Keyset.Open(org, sealed.SealedKey)
	if err != nil {
		return nil, err
	}
	if free, err := c.Store.ChargeBudget(ctx, sealed.KeyDigest, 1); err != nil || !free {
		return nil, errors.Join(err, errors.New("the company's budget of requests is spent"))
	}
	list, _, err := c.client(sealed.Test).ReadStatus(ctx,
		greenhouse.Credential{Key: greenhouse.NewSecret(string(key)), OnBehalfOf: sealed.CreatedBy}, []int64{candidate})
	if err != nil {
		return nil, err
	}
	for _, one := range list {
		if one.ID == candidate {
			return &one, nil
		}
	}
	return nil, nil
}

// compareProfile says what Greenhouse's record tells, and why it cannot be this export's, or "".
func compareProfile(there *greenhouse.CandidateStatus, profile store.Profile, externalID string) (store.Compared, string) {
	switch {
	case there == nil:
		return store.ComparedNotShown, ""
	case externalID == "" || there.ExternalID == "":
		return store.ComparedNone, ""
	case there.ExternalID != externalID:
		return store.ComparedOther, fmt.Sprintf(
			"Greenhouse has candidate %d under another external_id than this export's, so that is probably somebody else's profile", there.ID)
	case profile.ApplicationID != 0 && len(there.Applications) > 0 &&
		!slices.ContainsFunc(there.Applications, func(a greenhouse.Application) bool { return a.ID == profile.ApplicationID }):
		return store.ComparedOther, fmt.Sprintf("application %d is none that Greenhouse shows of candidate %d", profile.ApplicationID, there.ID)
	}
	return store.ComparedSame, ""
}

package api

import (
	"context"

	"github.com/interviewing-io/greenhouse-export/store"
)

// Greenhouse holds what a company's settings need of Greenhouse. It is handed over, because this package does not speak to it. Its zero
// value cannot be used: whoever serves a console sets every field. What the functions return is said where they are made.
type Greenhouse struct {
	// Test asks Greenhouse about a pasted key and a created-by, or the stored ones where they are empty, and saves neither. It may
	// return several [*store.SettingError] joined.
	Test func(ctx context.Context, org string, key store.APIKey, createdBy string, by store.By) (store.TestReport, error)
	// Save changes connection and choices; a new key or created-by is tested first. It may return a [*store.TestFailedError], a
	// [*store.WaitingError], [store.ErrChanged], or every [*store.SettingError] joined, and then saved nothing.
	Save func(ctx context.Context, org string, change store.ConnectionChange, by store.By) (store.SavedConnection, error)
	// Jobs and Pools list what Greenhouse has to choose from, or had when it was last asked.
	Jobs  func(ctx context.Context, org string) (store.Seen[store.SeenJob], error)
	Pools func(ctx context.Context, org string) (store.Seen[store.SeenPool], error)
	// Preview holds what would be sent under the choices with a change not saved yet. It may return every [*store.SettingError] joined.
	Preview func(ctx context.Context, org string, draft store.Settings, role string) (store.Preview, error)
	// MakeLinks has tracking links made for jobs, or for all that lack one. What Greenhouse refuses stands in the answer.
	MakeLinks func(ctx context.Context, org string, jobs []int64, again bool, by store.By) (store.MadeLinks, error)
	// Present resolves an export as present under a profile, once Greenhouse's own record of that was looked at. It may return a
	// [*store.MismatchError], unless anyway, or a [*store.RefusedError].
	Present func(ctx context.Context, export int64, profile store.Profile, anyway bool, by store.By) (store.Compared, error)
}

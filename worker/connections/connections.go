package connections

import (
	"context"
	"errors"
	"fmt"

	"go.uber.org/zap"

	"github.com/interviewing-io/greenhouse-export/greenhouse"
	"github.com/interviewing-io/greenhouse-export/jobs"
	"github.com/interviewing-io/greenhouse-export/seal"
	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/store/keyring"
)

// Connections does what companies' settings need Greenhouse for: it tests credentials, swaps them in, and shows what is there to
// choose from. All fields but Tests must be set. Safe for concurrent use, and by processes that send nothing.
type Connections struct {
	Store      *store.Store
	Greenhouse *greenhouse.Client
	Tests      *greenhouse.Client // of companies in test mode; Greenhouse where it is nil, since nothing is sent from here
	Keyset     *seal.Keyset
	Digests    *seal.Digests
	Log        *zap.Logger
}

// client returns what is asked about a company.
func (c *Connections) client(testing bool) *greenhouse.Client {
	if testing && c.Tests != nil {
		return c.Tests
	}
	return c.Greenhouse
}

// company reads a company; one that nobody has connected is a company all the same.
func (c *Connections) company(ctx context.Context, org string) (store.Integration, error) {
	i, err := c.Store.Integration(ctx, org)
	if errors.Is(err, store.ErrNotFound) {
		return store.NewIntegration(org), nil
	}
	return i, err
}

// Test asks Greenhouse about a pasted key and a created-by, or the stored ones where they are empty. It changes nothing at Greenhouse.
// What a test of the stored pair finds is kept, and counts as a look at the company: when it passes, an untested one may send and one that
// Greenhouse refused is let go, or gets its trial; when the pair is refused, the company is held.
// It may return several [*store.SettingError] joined.
func (c *Connections) Test(ctx context.Context, org string, key store.APIKey, createdBy string, by store.By) (store.TestReport, error) {
	i, err := c.company(ctx, org)
	if err != nil {
		return store.TestReport{}, err
	}
	p, err := c.pairOf(ctx, i, key, createdBy)
	if errors.Is(err, errKeyStaysShut) {
		return shutReport(i), nil
	}
	if err != nil {
		return store.TestReport{}, err
	}
	found, err := c.look(ctx, p)
	if err != nil || p.version == 0 || !found.asked {
		return found.report, err
	}
	if kept, err := c.Store.KeepTest(ctx, org, p.version, found.report, by); err != nil || !kept {
		return found.report, err
	}
	return found.report, c.keepSeen(ctx, org, p.version, found)
}

// Save changes a company's connection and choices. A new key or created-by must pass the test together with the other, stored one,
// unless the change says otherwise or the other is still missing; the swap is one transaction, and what is being sent at that moment
// finishes with the old ones. It may return a [*store.TestFailedError], a [*store.WaitingError], [store.ErrChanged], or every
// [*store.SettingError] joined, and then saved nothing.
func (c *Connections) Save(ctx context.Context, org string, change store.ConnectionChange, by store.By) (store.SavedConnection, error) {
	var saved store.SavedConnection
	i, err := c.company(ctx, org)
	if err != nil {
		return saved, err
	}
	if change.Settings.Revision == nil {
		change.Settings.Revision = &i.Revision // nobody may replace the key between the test and the swap
	}
	if *change.Settings.Revision != i.Revision {
		return saved, store.ErrChanged
	}
	change.CreatedBy = jobs.PastedEmail(change.CreatedBy)
	if change.Key == "" && (change.CreatedBy == "" || i.CreatedBy != nil && change.CreatedBy == *i.CreatedBy) {
		return c.saveChoices(ctx, i, change, by)
	}
	save, err := c.prepare(ctx, i, change)
	if err != nil {
		return saved, err
	}
	var found findings
	if p := save.pair; p.key != "" && p.createdBy != "" && !change.SkipTest {
		if found, err = c.look(ctx, p); err != nil {
			return saved, err
		}
		saved.Report = &found.report
		if !found.report.Passed {
			return saved, &store.TestFailedError{Report: found.report}
		}
		save.Tested, save.Report, save.CreatedByName, save.CreatedByID = true, &found.report, found.report.User, found.report.UserID
	}
	if saved.Switched, err = c.Store.Connect(ctx, save.Connect, by); err != nil {
		return saved, err
	}
	after, err := c.Store.Integration(ctx, org)
	if err != nil {
		return saved, err
	}
	return saved, c.keepSeen(ctx, org, after.CredentialVersion, found)
}

// saveChoices saves what needs no test.
func (c *Connections) saveChoices(ctx context.Context, i store.Integration, change store.ConnectionChange, by store.By) (saved store.SavedConnection, err error) {
	if i.Revision == 0 { // the first choices of a company make it known
		_, err = c.Store.Connect(ctx, store.Connect{OrgID: i.OrgID, Settings: change.Settings, Enable: change.Enable, Waiting: change.Waiting}, by)
		return saved, err
	}
	if err = c.Store.SetSettings(ctx, i.OrgID, change.Settings, by); err != nil || !change.Enable {
		return saved, err
	}
	saved.Switched, err = c.Store.Enable(ctx, i.OrgID, change.Waiting, by)
	return saved, err
}

// prepared is a credential on its way into the store.
type prepared struct {
	store.Connect
	pair pair
}

// prepare finds everything that is wrong with a change at once, and seals its key.
func (c *Connections) prepare(ctx context.Context, i store.Integration, change store.ConnectionChange) (prepared, error) {
	p, err := c.pairOf(ctx, i, change.Key, change.CreatedBy)
	if errors.Is(err, errKeyStaysShut) {
		err = &store.SettingError{Field: "key", Must: "given again: the saved one does not open"}
	}
	var missing *missingError
	if errors.As(err, &missing) { // half of it may be saved today, and the other half tomorrow
		err = nil
	}
	_, also := change.Settings.Apply(i.Choices, p.createdBy)
	if err := errors.Join(err, also); err != nil {
		return prepared{}, err
	}
	save := prepared{pair: p, Connect: store.Connect{
		OrgID: i.OrgID, CreatedBy: p.createdBy, Settings: change.Settings, Enable: change.Enable, Waiting: change.Waiting,
	}}
	if change.Key == "" {
		return save, nil
	}
	save.KeyDigest, save.KeyLast5 = c.Digests.Key(p.key), seal.Last5(p.key)
	if save.SealedKey, err = keyring.In(c.Store).Seal(ctx, c.Keyset, i.OrgID, []byte(p.key)); err != nil {
		return prepared{}, fmt.Errorf("seal the key: %w", err)
	}
	return save, nil
}

package main

import (
	"context"
	"errors"
	"strings"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/store/edit"
	"github.com/interviewing-io/greenhouse-export/worker/render"
)

// replayEdited corrects one export and replays it, or with --dry-run shows what would change. The diff is personal data, and goes to
// whoever typed half of it; the audit trail gets the fields' names.
func (c *cli) replayEdited(ctx context.Context, flags replayFlags, f store.Filter) error {
	if len(f.IDs) != 1 {
		return usagef("--set is said of one export, which must be named")
	}
	set := map[string]string{}
	for _, one := range flags.set {
		field, value, found := strings.Cut(one, "=")
		if !found {
			return usagef("--set takes FIELD=VALUE; the fields are %s", strings.Join(render.EditFields, ", "))
		}
		if _, twice := set[field]; twice {
			return usagef("--set %s is there twice", field)
		}
		set[field] = value
	}
	st, config, err := c.open(ctx, "replay", needKeyset)
	if err != nil {
		return err
	}
	defer st.Close()
	digests, err := config.digests(ctx, st)
	if err != nil {
		return err
	}
	done, err := edit.In(st).Edit(ctx, edit.Request{
		ExportID: f.IDs[0], By: c.by(flags.reason), Digests: digests, DryRun: flags.dryRun,
		Change: func(b ledger.Body) (edit.Edited, error) {
			edited, err := render.Edit(b, set)
			if err != nil {
				return edited, usagef("--set: %s", err)
			}
			return edited, nil
		},
	})
	if errors.Is(err, edit.ErrSame) {
		return hinted(err, "without --set it is replayed as it is")
	}
	if err != nil {
		return err
	}
	for _, change := range done.Changes {
		c.printf("-%s: %s\n+%s: %s\n", change.Field, visible(change.Before), change.Field, visible(change.After))
	}
	if flags.dryRun {
		c.printf("would be replayed so: export %d\n", f.IDs[0])
		return nil
	}
	c.printf("replayed export %d as revision %d of version %d\n", f.IDs[0], done.Revision.Revision, done.Version)
	return nil
}

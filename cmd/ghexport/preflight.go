package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/interviewing-io/greenhouse-export/migrations"
	"github.com/interviewing-io/greenhouse-export/store"
)

// clockTolerance sets how far this machine's clock may be from the database's: River's maintenance compares the two.
const clockTolerance = 5 * time.Second

// checkSchema tells a schema that this binary can work with from one that is missing, too old or too new. A newer one is fine as long
// as it says that it needs no newer binary: so the schema is migrated first, and the nodes are replaced one by one.
func checkSchema(ctx context.Context, st *store.Store) error {
	latest, err := migrations.Latest()
	if err != nil {
		return err
	}
	oldest, err := migrations.Oldest()
	if err != nil {
		return err
	}
	version, needs, err := st.SchemaVersion(ctx)
	var refused *pgconn.PgError
	missing := errors.As(err, &refused) && (refused.Code == "42P01" || refused.Code == "3F000")
	const up = "run ghexport migrate up, with an address of the database's owner"
	switch {
	case missing:
		return hinted(errors.New("the database has no ghexport schema"), up)
	case err != nil:
		return err
	case version < oldest:
		return hinted(fmt.Errorf("the database's schema is at version %d, and this binary needs %d", version, oldest), up)
	case needs > latest:
		return hinted(fmt.Errorf("the database's schema is at version %d and needs a binary that knows %d, and this one knows %d at most", version, needs, latest),
			"run a newer ghexport: the schema was migrated by one")
	}
	return nil
}

// clockSkew is by how much the database's clock is ahead of this machine's, as far as the time that asking takes lets it be known.
func clockSkew(ctx context.Context, st *store.Store) (time.Duration, error) {
	if _, err := st.Now(ctx); err != nil { // the first question also makes the connection, which takes its time
		return 0, err
	}
	before := time.Now()
	theirs, err := st.Now(ctx)
	if err != nil {
		return 0, err
	}
	return skew(theirs, before, time.Now()), nil
}

// skew compares a moment of another clock with the two of ours between which it was read. Pure.
func skew(theirs, before, after time.Time) time.Duration {
	switch {
	case theirs.After(after):
		return theirs.Sub(after)
	case theirs.Before(before):
		return theirs.Sub(before)
	}
	return 0
}

func checkClock(ctx context.Context, st *store.Store) error {
	ahead, err := clockSkew(ctx, st)
	if err != nil {
		return err
	}
	if ahead.Abs() > clockTolerance {
		return hinted(fmt.Errorf("this machine's clock is %s away from the database's, and at most %s is safe", ahead.Abs().Round(time.Second), clockTolerance),
			"set the clocks by NTP")
	}
	return nil
}

package query

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/interviewing-io/greenhouse-export/store"
)

// CountMatching counts the exports that match, none beyond [CountLimit]; more tells that there are. Its error is a [*TooSlowError]
// where what is asked for is too rare to be counted in time.
func (r Reader) CountMatching(ctx context.Context, f store.Filter) (n int64, more bool, err error) {
	f.AfterID, f.BeforeID = 0, 0
	w := f.Where()
	err = r.reads.Read(ctx, "count exports", func(tx pgx.Tx) error {
		return tx.QueryRow(ctx, "SELECT count(*) FROM (SELECT"+store.ExportsHeld+w.SQL()+" LIMIT "+w.Arg(CountLimit+1)+") m", w.Args...).Scan(&n)
	})
	return min(n, CountLimit), n > CountLimit, err
}

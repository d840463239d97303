package store

import (
	"context"

	"github.com/jackc/pgx/v5"
)

// CountMatching counts the exports that match, none beyond [CountLimit]; more tells that there are. Its error is a [*TooSlowError]
// where what is asked for is too rare to be counted in time.
func (s *Store) CountMatching(ctx context.Context, f Filter) (n int64, more bool, err error) {
	f.AfterID, f.BeforeID = 0, 0
	w := f.where()
	err = s.look(ctx, "count exports", func(tx pgx.Tx) error {
		return tx.QueryRow(ctx, "SELECT count(*) FROM (SELECT"+exportsHeld+w.sql()+" LIMIT "+w.arg(CountLimit+1)+") m", w.args...).Scan(&n)
	})
	return min(n, CountLimit), n > CountLimit, err
}

package health

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/interviewing-io/greenhouse-export/ledger"
)

// holdsLong sets how long a session of ours may have a turn: no pass, step or verb takes as long.
const holdsLong = 20 * time.Second

// Holders lists who has had a turn for too long, and strangers that hold the advisory lock of one or of migrations. Postgres tells
// since when to the session's own role, superusers and pg_read_all_stats; of others, only that which is no ghexport is listed.
func (s Store) Holders(ctx context.Context) ([]ledger.Holder, error) {
	rows, err := s.Pool.Query(ctx, `
		WITH ours(turn, key) AS (
			VALUES ('relay', x'67686578706f7274'::bigint), ('runs', x'67686578706f7275'::bigint), ('notices', x'6768786e'::bigint),
			       ('slices', x'6768736c696365'::bigint), ('counts', x'6768636f756e74'::bigint), ('migrations', x'67686578706f'::bigint)
		), held AS (
			SELECT substr(c.relname, 6)::text AS turn, l.pid, false AS advisory
			  FROM pg_locks l
			  JOIN pg_class c ON c.oid = l.relation
			 WHERE l.locktype = 'relation' AND l.granted AND l.mode NOT IN ('AccessShareLock', 'RowShareLock', 'RowExclusiveLock')
			   AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())
			   AND c.relnamespace = 'ghexport'::regnamespace AND c.relname LIKE 'turn\_%'
			UNION ALL
			SELECT o.turn, l.pid, true
			  FROM pg_locks l
			  JOIN ours o ON l.classid::bigint = o.key >> 32 AND l.objid::bigint = o.key & 4294967295
			 WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
			   AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())
		)
		SELECT h.turn, h.pid, coalesce(a.usename, '')::text, coalesce(a.application_name, ''), coalesce(a.xact_start, a.backend_start),
		       h.advisory AND NOT coalesce(has_table_privilege(a.usesysid, 'ghexport.turn_relay', 'UPDATE'), true) AS stranger
		  FROM held h
		  JOIN pg_stat_activity a ON a.pid = h.pid
		 WHERE h.pid <> pg_backend_pid()
		   AND CASE WHEN NOT h.advisory
		            THEN a.xact_start < clock_timestamp() - $1::interval
		                 OR a.xact_start IS NULL AND a.application_name NOT LIKE 'ghexport %'
		            ELSE NOT has_table_privilege(a.usesysid, 'ghexport.turn_relay', 'UPDATE') END
		 ORDER BY h.turn, h.pid
		 LIMIT 20`, holdsLong)
	if err != nil {
		return nil, fmt.Errorf("ask who holds our locks: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[ledger.Holder])
	if err != nil {
		return nil, fmt.Errorf("ask who holds our locks: %w", err)
	}
	return list, nil
}

package rights

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/interviewing-io/greenhouse-export/store"
)

// rolesAmong sets how many of a company's exports are looked at for the roles that they name.
const rolesAmong = 20_000

// Roles lists the roles that a company's results name, those without a job first, and those of its job map that none names. Of a
// company that nobody connected it lists what was enqueued for it all the same.
func (s Store) Roles(ctx context.Context, org string) ([]store.Role, error) {
	rows, err := s.Pool.Query(ctx, `
		WITH map AS (
			SELECT m.key AS name, m.value::bigint AS job_id
			  FROM ghexport.integrations i, jsonb_each_text(i.job_map) m
			 WHERE i.org_id = $1
		), named AS (
			SELECT e.job AS name, count(*) AS results, max(e.interviewed_at) AS last_seen
			  FROM (SELECT job, interviewed_at
			          FROM ghexport.exports -- its unique key on (org_id, interview_id)
			         WHERE org_id = $1
			         LIMIT $2) e
			 WHERE e.job <> ''
			 GROUP BY e.job
		)
		SELECT coalesce(n.name, m.name), coalesce(n.results, 0), n.last_seen, m.job_id
		  FROM named n
		  FULL JOIN map m ON m.name = n.name`, org, rolesAmong)
	if err != nil {
		return nil, fmt.Errorf("roles of company %q: %w", org, err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[store.Role])
	if err != nil {
		return nil, fmt.Errorf("roles of company %q: %w", org, err)
	}
	if list == nil {
		list = []store.Role{}
	}
	slices.SortFunc(list, func(a, b store.Role) int {
		if (a.JobID == nil) != (b.JobID == nil) {
			if a.JobID == nil {
				return -1
			}
			return 1
		}
		return strings.Compare(a.Name, b.Name)
	})
	return list, nil
}

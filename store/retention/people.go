package retention

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/interviewing-io/greenhouse-export/ledger"
)

// RetainedOf holds what a pass found of one company, of a class that is personal data.
type RetainedOf struct {
	Org   string
	Kept  time.Duration // 0: for ever
	Own   bool          // the company has set it for itself
	Gone  int           // exports, or messages, that went, or would go
	Stays int           // past their age too, and still there since they wait for somebody
}

// ageless stands for ever where an interval is needed.
const ageless = 290 * 365 * 24 * time.Hour

// ownAge is the age that company i has set for itself, null where it has not.
const ownAge = `make_interval(days => i.keep_people_days)`

// keptPeople walks the bodies. One that is past its age may be an export's that waits for somebody: that stays, and is counted. Companies
// whose own age is shorter than the service's are walked before by themselves, by bodies_by_org; one that is longer counts here.
var keptPeople = keeping{
	class:  ledger.KeptPeople,
	oldest: "SELECT b.created_at FROM ghexport.bodies b ORDER BY b.id LIMIT 1",
	looked: `
		SELECT b.id AS place, b.created_at < clock_timestamp() - $2::interval AS old,
		       b.created_at < clock_timestamp() - greatest(` + ownAge + `, $2) AND coalesce(` + ownAge + ` >= $2, true) AS past, b.org_id, b.interview_id
		  FROM ghexport.bodies b -- bodies_pkey
		  LEFT JOIN ghexport.integrations i ON i.org_id = b.org_id
		 WHERE b.id > $1 ORDER BY b.id`,
	ofCompany: `
		SELECT b.id AS place, b.created_at < clock_timestamp() - ` + ownAge + ` AS old, b.created_at < clock_timestamp() - ` + ownAge + ` AS past,
		       b.org_id, b.interview_id
		  FROM ghexport.bodies b -- bodies_by_org
		  JOIN ghexport.integrations i ON i.org_id = b.org_id
		 WHERE b.org_id = $3 AND b.id > $1 ORDER BY b.id`,
	// The clock of a person's data begins anew when a later message brings it again.
	due: `
		SELECT e.id, e.body_id, e.later_body_id, e.org_id
		  FROM ghexport.exports e -- exports_key
		  LEFT JOIN ghexport.integrations i ON i.org_id = e.org_id
		 WHERE (e.interview_id, e.org_id) IN (SELECT l.interview_id, l.org_id FROM looked l WHERE l.past)
		   AND ` + over + `
		   AND e.updated_at < clock_timestamp() - coalesce(` + ownAge + `, $2::interval)
		   AND (e.body_id IS NOT NULL OR e.later_body_id IS NOT NULL)
		 ORDER BY e.id
		   FOR NO KEY UPDATE OF e SKIP LOCKED`,
	stays: `
		SELECT e.org_id
		  FROM ghexport.exports e -- exports_key
		 WHERE (e.interview_id, e.org_id) IN (SELECT l.interview_id, l.org_id FROM looked l WHERE l.past)
		   AND NOT (` + over + `)
		   AND (e.body_id IS NOT NULL OR e.later_body_id IS NOT NULL)`,
	// The version becomes that of a message kept aside, which goes too, so that an older one that comes later is known as older.
	take: `, changed AS (
		UPDATE ghexport.exports e
		   SET body_id = NULL, later_body_id = NULL, detail = NULL, died_of = NULL,
		       version = greatest(e.version, (SELECT a.version FROM ghexport.aside a WHERE a.export_id = e.id))
		  FROM due WHERE e.id = due.id
	), earlier AS (
		DELETE FROM ghexport.revisions r USING due WHERE r.export_id = due.id RETURNING r.body_id -- revisions_pkey
	), deferred AS (
		DELETE FROM ghexport.aside a USING due WHERE a.export_id = due.id
	), worded AS (
		UPDATE ghexport.attempts t SET detail = NULL FROM due WHERE t.export_id = due.id AND t.detail IS NOT NULL -- attempts_pkey
	), bodies AS (
		DELETE FROM ghexport.bodies b
		 WHERE b.id IN (SELECT d.body_id FROM due d UNION ALL SELECT d.later_body_id FROM due d UNION ALL SELECT r.body_id FROM earlier r)
	)`,
}

// keptRejected walks messages that could not be folded. One of an interview that a later message, or the same one put right, brought into
// the ledger is of no use any more. Any other may still be put right: it stays, and is counted.
var keptRejected = keeping{
	class:  ledger.KeptRejected,
	oldest: "SELECT r.rejected_at FROM ghexport.rejected r ORDER BY r.id LIMIT 1",
	looked: `
		SELECT r.id AS place,
		       r.rejected_at < clock_timestamp() - least((SELECT make_interval(days => min(a.keep_people_days)) FROM ghexport.integrations a), $2) AS old,
		       r.rejected_at < clock_timestamp() - coalesce(` + ownAge + `, $2::interval) AS past, r.org_id,
		       EXISTS (SELECT FROM ghexport.exports e
		                WHERE e.interview_id = r.interview_id AND e.org_id = r.org_id AND e.version >= r.version) AS overtaken -- exports_key
		  FROM ghexport.rejected r -- rejected_pkey
		  LEFT JOIN ghexport.integrations i ON i.org_id = r.org_id
		 WHERE r.id > $1 ORDER BY r.id`,
	due:   `SELECT l.place, l.org_id FROM looked l WHERE l.past AND l.overtaken`,
	stays: `SELECT l.org_id FROM looked l WHERE l.past AND NOT l.overtaken`,
	take:  `, taken AS (DELETE FROM ghexport.rejected r USING due WHERE r.id = due.place)`,
}

// personal tells a class of which companies may set the age.
func (k keeping) personal() bool { return k.stays != "" }

// byCompany selects, for a class that is personal data, what went and what stays by company.
func (k keeping) byCompany() string {
	if !k.personal() {
		return "'{}'::jsonb"
	}
	return `
		SELECT coalesce(jsonb_object_agg(c.org_id, jsonb_build_array(c.gone, c.stays)), '{}')
		  FROM (SELECT n.org_id, sum(n.gone) AS gone, sum(n.stays) AS stays
		          FROM (SELECT d.org_id, 1 AS gone, 0 AS stays FROM due d
		                UNION ALL
		                SELECT s.org_id, 0, 1 FROM (` + k.stays + `) s) n
		         GROUP BY n.org_id) c`
}

// ownAges are the companies' ages of personal data, where they have set one.
func (s Store) ownAges(ctx context.Context) (map[string]time.Duration, error) {
	rows, err := s.Pool.Query(ctx, "SELECT org_id, keep_people_days FROM ghexport.integrations WHERE keep_people_days IS NOT NULL")
	if err != nil {
		return nil, fmt.Errorf("read companies' ages: %w", err)
	}
	ages := map[string]time.Duration{}
	var org string
	var days int
	_, err = pgx.ForEachRow(rows, []any{&org, &days}, func() error {
		ages[org] = time.Duration(days) * 24 * time.Hour
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read companies' ages: %w", err)
	}
	return ages, nil
}

// retainPersonal is a pass over a class that is personal data: over each company by itself whose age is shorter than the service's, then
// over all. Each step reads the age anew, so that one that is raised meanwhile counts at once.
func (s Store) retainPersonal(ctx context.Context, k keeping, kept time.Duration, dryRun bool, out *Retained) error {
	ages, err := s.ownAges(ctx)
	if err != nil {
		return err
	}
	found := map[string][2]int{}
	every := kept
	if every <= 0 {
		every = ageless
	}
	for _, org := range slices.Sorted(maps.Keys(ages)) {
		if k.ofCompany == "" || ages[org] >= every {
			continue
		}
		if err = s.walk(ctx, &retainStep{keeping: k, kept: ages[org], org: org, dryRun: dryRun, companies: found}, out); err != nil {
			break
		}
	}
	if err == nil {
		err = s.walk(ctx, &retainStep{keeping: k, kept: every, dryRun: dryRun, companies: found}, out)
	}
	for _, org := range slices.Sorted(maps.Keys(found)) {
		one := RetainedOf{Org: org, Kept: kept, Gone: found[org][0], Stays: found[org][1]}
		if own, is := ages[org]; is {
			one.Kept, one.Own = own, true
		}
		out.Companies = append(out.Companies, one)
	}
	return err
}

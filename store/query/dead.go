package query

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
)

// DeadGroup is dead letters that died of the same thing under the same version of the code.
type DeadGroup struct {
	Fingerprint string         `json:"fingerprint"` // names the group in a [store.Filter]
	Cause       ledger.Cause   `json:"cause"`
	Field       string         `json:"field"`        // of the request, that Greenhouse complains about; empty where it names none
	Message     string         `json:"message"`      // what it says of that, see [Shape]
	Detail      string         `json:"detail"`       // field and message as they stand in the ledger
	CodeVersion string         `json:"code_version"` // that sent them; empty where an older one did not say
	Count       int64          `json:"count"`
	Companies   int64          `json:"companies"`
	Orgs        []string       `json:"orgs"` // at most 20 of them, those with most letters first
	FirstSeen   time.Time      `json:"first_seen"`
	LastSeen    time.Time      `json:"last_seen"`
	Sample      int64          `json:"sample"` // the newest of them
	Replay      ledger.Verdict `json:"replay"` // whether to send them again as things stand
	Because     string         `json:"because"`
	Trend       DeathTrend     `json:"trend"` // deaths by time, oldest first

	answered, changed int64 // of its companies: heard from by Greenhouse, or with other settings, since their last death
}

// facts returns what is known about the group, for [ledger.Advise] when the given version runs.
func (g DeadGroup) facts(version string) ledger.Deaths {
	return ledger.Deaths{Cause: g.Cause, Died: g.CodeVersion, Now: version, Companies: g.Companies, Answered: g.answered, Changed: g.changed}
}

// DeathTrend describes how many died in each stretch of time, up to now.
type DeathTrend struct {
	Step   ledger.Seconds `json:"step_s"`
	Counts []int64        `json:"counts"`
}

// deadGroups sets how many groups a list shows.
const deadGroups = 1000

// DeadGroups groups the dead exports that match by what they died of, the largest group first, at most 1,000 groups. The filter's
// State and Limit do not count.
func (r Reader) DeadGroups(ctx context.Context, f store.Filter) ([]DeadGroup, error) {
	f.State = ledger.StateDead
	var groups []DeadGroup
	err := r.reads.Read(ctx, "group dead letters", func(tx pgx.Tx) (err error) {
		if groups, err = r.deadGroups(ctx, tx, f); err == nil {
			err = addTrends(ctx, tx, f, groups)
		}
		return err
	})
	return groups, err
}

func (r Reader) deadGroups(ctx context.Context, tx pgx.Tx, f store.Filter) ([]DeadGroup, error) {
	w := f.Where()
	w.AddIf(true, "NOT "+store.IsTestCandidate)
	rows, err := tx.Query(ctx, `
		WITH letters AS (
			SELECT e.cause, `+store.DiedOf+` AS shape, `+store.DiedVersion+` AS version, e.org_id, count(*) AS n, min(e.attention_at) AS first,
			       max(e.attention_at) AS last, max(e.id) AS newest`+store.ExportsAlone+w.SQL()+` -- exports_attention
			 GROUP BY 1, 2, 3, 4
		)
		SELECT left(md5(concat_ws(chr(10), l.cause, l.shape, l.version)), 10), coalesce(l.cause, ''), l.shape, l.version, sum(l.n)::bigint,
		       count(*), (array_agg(l.org_id ORDER BY l.n DESC, l.org_id))[1:20], min(l.first), max(l.last), max(l.newest),
		       count(*) FILTER (WHERE i.last_good_at > l.last), count(*) FILTER (WHERE i.updated_at > l.last)
		  FROM letters l
		  LEFT JOIN ghexport.integrations i ON i.org_id = l.org_id
		 GROUP BY l.cause, l.shape, l.version
		 ORDER BY sum(l.n) DESC, max(l.last) DESC
		 LIMIT `+w.Arg(deadGroups), w.Args...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (g DeadGroup, err error) {
		err = row.Scan(&g.Fingerprint, &g.Cause, &g.Detail, &g.CodeVersion, &g.Count, &g.Companies, &g.Orgs, &g.FirstSeen, &g.LastSeen,
			&g.Sample, &g.answered, &g.changed)
		g.Field, g.Message = ledger.Fields(g.Detail)
		g.Replay, g.Because = ledger.Advise(g.facts(r.version))
		return g, err
	})
}

// trendSteps sets how many stretches a trend shows: two days by the hour, or, where a letter is older, 48 days.
const trendSteps = 48

// addTrends fills in when the letters of each group died. Every group of a list has the same steps, so that they compare.
func addTrends(ctx context.Context, tx pgx.Tx, f store.Filter, groups []DeadGroup) error {
	if len(groups) == 0 {
		return nil
	}
	var now time.Time
	if err := tx.QueryRow(ctx, "SELECT clock_timestamp()").Scan(&now); err != nil {
		return err
	}
	step := time.Hour
	at := map[string]*DeadGroup{}
	for i := range groups {
		at[groups[i].Fingerprint] = &groups[i]
		if now.Sub(groups[i].FirstSeen) > trendSteps*step {
			step = 24 * time.Hour
		}
	}
	for i := range groups {
		groups[i].Trend = DeathTrend{Step: ledger.Seconds(step.Seconds()), Counts: make([]int64, trendSteps)}
	}
	w := f.Where()
	rows, err := tx.Query(ctx, `
		SELECT left(md5(concat_ws(chr(10), d.cause, d.shape, d.version)), 10), d.ago, d.n
		  FROM (SELECT e.cause, `+store.DiedOf+` AS shape, `+store.DiedVersion+` AS version,
		               floor(extract(epoch FROM `+w.Arg(now)+`::timestamptz - e.attention_at) / `+w.Arg(step.Seconds())+`::float8)::int AS ago,
		               count(*) AS n`+store.ExportsAlone+w.SQL()+` -- exports_attention
		         GROUP BY 1, 2, 3, 4) d`, w.Args...)
	if err != nil {
		return err
	}
	var name string
	var ago int
	var n int64
	_, err = pgx.ForEachRow(rows, []any{&name, &ago, &n}, func() error {
		if g := at[name]; g != nil {
			g.Trend.Counts[trendSteps-1-min(max(ago, 0), trendSteps-1)] += n
		}
		return nil
	})
	return err
}

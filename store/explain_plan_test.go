package store_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/store"
)

// planner is a tracer that has Postgres explain each statement which a store runs, on the connection and in the transaction in which it
// is about to run and with its own arguments. So nothing is written down twice, and whatever the caller set for its transaction holds.
type planner struct {
	indexes map[string]index

	mu   sync.Mutex
	seen []statement
	errs []error
}

// statement is one that was run, and how Postgres would do it: with its arguments, and where the session plans once for all arguments,
// as `serve` has it, without them as well.
type statement struct {
	SQL   string
	Plans map[string]*node // by "custom" and "generic"
}

// node is a step of a plan, under EXPLAIN's names.
type node struct {
	Type     string  `json:"Node Type"`
	Relation string  `json:"Relation Name"`
	Index    string  `json:"Index Name"`
	Cond     string  `json:"Index Cond"`
	Filter   string  `json:"Filter"`
	Subplan  string  `json:"Subplan Name"`
	Plans    []*node `json:"Plans"`
}

// index holds what a plan does not tell of an index.
type index struct {
	Name    string
	Table   string
	Partial bool
	Columns []string // "" for an expression
}

// newPlanner knows the indexes of the test's database.
func (d *db) newPlanner() *planner {
	d.t.Helper()
	rows, err := d.Pool.Query(d.t.Context(), `
		SELECT c.relname::text, t.relname::text, i.indpred IS NOT NULL,
		       ARRAY(SELECT coalesce(a.attname, '')::text
		               FROM unnest(i.indkey) WITH ORDINALITY AS k(attnum, place)
		               LEFT JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.attnum ORDER BY k.place)
		  FROM pg_index i
		  JOIN pg_class c ON c.oid = i.indexrelid
		  JOIN pg_class t ON t.oid = i.indrelid
		 WHERE t.relnamespace = 'ghexport'::regnamespace`)
	require.NoError(d.t, err)
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[index])
	require.NoError(d.t, err)
	p := &planner{indexes: map[string]index{}}
	for _, one := range list {
		p.indexes[one.Name] = one
	}
	return p
}

// open opens a store on the test's database whose statements are explained.
func (p *planner) open(d *db, c store.Config) *db {
	d.t.Helper()
	c.URL, c.MaxConns = d.test.ServiceURL, 2
	st, err := store.Open(d.t.Context(), c)
	require.NoError(d.t, err)
	config := st.Pool.Config()
	config.ConnConfig.Tracer = p
	config.ConnConfig.RuntimeParams["ghexport.turn"] = "false" // asked for by statements that are explained before their batch sets it
	st.Pool.Close()
	st.Pool, err = pgxpool.NewWithConfig(d.t.Context(), config)
	require.NoError(d.t, err)
	d.t.Cleanup(st.Close)
	return &db{Store: st, test: d.test, t: d.t}
}

// take returns what was explained since it was last called.
func (p *planner) take() ([]statement, []error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	seen, errs := p.seen, p.errs
	p.seen, p.errs = nil, nil
	return seen, errs
}

type explaining struct{}

// TraceQueryStart explains a statement.
func (p *planner) TraceQueryStart(ctx context.Context, conn *pgx.Conn, data pgx.TraceQueryStartData) context.Context {
	p.add(ctx, conn, data.SQL, data.Args)
	return ctx
}

// TraceQueryEnd does nothing.
func (p *planner) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

// TraceBatchStart explains the statements of a batch.
func (p *planner) TraceBatchStart(ctx context.Context, conn *pgx.Conn, data pgx.TraceBatchStartData) context.Context {
	for _, q := range data.Batch.QueuedQueries {
		p.add(ctx, conn, q.SQL, q.Arguments)
	}
	return ctx
}

// TraceBatchQuery does nothing.
func (p *planner) TraceBatchQuery(context.Context, *pgx.Conn, pgx.TraceBatchQueryData) {}

// TraceBatchEnd does nothing.
func (p *planner) TraceBatchEnd(context.Context, *pgx.Conn, pgx.TraceBatchEndData) {}

func (p *planner) add(ctx context.Context, conn *pgx.Conn, sql string, args []any) {
	if ctx.Value(explaining{}) != nil || !planned(sql) {
		return
	}
	ctx = context.WithValue(ctx, explaining{}, true)
	plans, err := plansOf(ctx, conn, sql, args)
	p.mu.Lock()
	defer p.mu.Unlock()
	if err != nil {
		p.errs = append(p.errs, fmt.Errorf("explain: %w\n%s", err, sql))
		return
	}
	p.seen = append(p.seen, statement{SQL: sql, Plans: plans})
}

// planned tells statements that Postgres plans from those that it merely does.
func planned(sql string) bool {
	if strings.Contains(sql, "pg_catalog.pg_settings") || strings.Contains(sql, "set_config") { // how a session is made, not what it does
		return false
	}
	word, _, _ := strings.Cut(strings.TrimLeft(sql, " \t\n("), " ")
	return slices.Contains([]string{"SELECT", "WITH", "INSERT", "UPDATE", "DELETE"}, strings.TrimSpace(word))
}

func plansOf(ctx context.Context, conn *pgx.Conn, sql string, args []any) (map[string]*node, error) {
	plans := map[string]*node{}
	var err error
	if plans["custom"], err = planOf(ctx, conn, sql, args...); err != nil {
		return nil, err
	}
	var mode string
	if err := conn.QueryRow(ctx, "SELECT current_setting('plan_cache_mode')").Scan(&mode); err != nil {
		return nil, err
	}
	if mode != "force_generic_plan" || len(args) == 0 {
		return plans, nil
	}
	if _, err := conn.Prepare(ctx, "explained", sql); err != nil {
		return nil, err
	}
	nulls := strings.TrimSuffix(strings.Repeat("NULL, ", len(args)), ", ") // a plan for all arguments asks for none
	if plans["generic"], err = planOf(ctx, conn, "EXECUTE explained ("+nulls+")"); err != nil {
		return nil, err
	}
	return plans, conn.Deallocate(ctx, "explained")
}

func planOf(ctx context.Context, conn *pgx.Conn, sql string, args ...any) (*node, error) {
	var text []byte
	if err := conn.QueryRow(ctx, "EXPLAIN (FORMAT JSON) "+sql, args...).Scan(&text); err != nil {
		return nil, err
	}
	var plans []struct{ Plan *node }
	if err := json.Unmarshal(text, &plans); err != nil {
		return nil, err
	}
	return plans[0].Plan, nil
}

// used are the indexes that a statement uses whichever way it is planned.
func (s statement) used() map[string]bool {
	used := map[string]bool{}
	first := true
	for _, plan := range s.Plans {
		here := map[string]bool{}
		plan.indexes(here)
		if first {
			used, first = here, false
			continue
		}
		maps.DeleteFunc(used, func(name string, _ bool) bool { return !here[name] })
	}
	return used
}

func (n *node) indexes(used map[string]bool) {
	if n.Index != "" {
		used[n.Index] = true
	}
	for _, child := range n.Plans {
		child.indexes(used)
	}
}

// faults lists what a plan does that costs more with each row of a large ledger.
func (p *planner) faults(n *node, stops bool) (list []fault) {
	switch {
	case n.Type == "Limit":
		stops = true
	case slices.Contains([]string{"Sort", "Aggregate", "Hash", "WindowAgg", "SetOp"}, n.Type), n.Subplan != "":
		stops = false // what reads all that is below
	}
	i, known := p.indexes[n.Index]
	switch {
	case stops:
	case n.Type == "Seq Scan" && slices.Contains(growing, n.Relation):
		list = append(list, fault{table: n.Relation, what: "reads " + n.Relation + " whole"})
	case known && slices.Contains(growing, i.Table) && !i.Partial && !i.bounded(n.Cond):
		list = append(list, fault{table: i.Table, what: "reads " + n.Index + " whole"})
	}
	if known && !stops && i.skips(n.Cond) {
		list = append(list, fault{table: i.Table, what: fmt.Sprintf("reads more of %s than it must: %s", n.Index, n.Cond)})
	}
	for _, column := range p.indexed(n.Relation) {
		if regexp.MustCompile(`\b` + column + ` [<>]=? \(?clock_timestamp\(\)`).MatchString(n.Filter) {
			list = append(list, fault{table: n.Relation, what: "compares " + column + " with clock_timestamp(), for which no index serves"})
		}
	}
	for _, child := range n.Plans {
		list = append(list, p.faults(child, stops)...)
	}
	return list
}

// fault is one of those.
type fault struct{ table, what string }

// bounded tells whether a condition says something of the first column. That of an expression is taken for good.
func (i index) bounded(cond string) bool {
	return cond != "" && (i.Columns[0] == "" || names(cond, i.Columns[0]))
}

// skips tells whether a condition says something of a column and nothing of one before it. That it is not null merely names a partial index.
func (i index) skips(cond string) bool {
	cond = notNull.ReplaceAllString(cond, "")
	if cond == "" || slices.Contains(i.Columns, "") {
		return false
	}
	open := false
	for _, column := range i.Columns {
		if !names(cond, column) {
			open = true
		} else if open {
			return true
		}
	}
	return false
}

var notNull = regexp.MustCompile(`\w+ IS NOT NULL`)

// names tells whether a condition is about a column of its own table.
func names(cond, column string) bool {
	return regexp.MustCompile(`(^|[^.\w])` + column + `\b`).MatchString(cond)
}

// indexed lists the columns of a table that its indexes name.
func (p *planner) indexed(table string) (columns []string) {
	for _, i := range p.indexes {
		if i.Table == table {
			columns = append(columns, i.Columns...)
		}
	}
	slices.Sort(columns)
	return slices.DeleteFunc(slices.Compact(columns), func(column string) bool { return column == "" })
}

package search

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
)

// Search holds what somebody looks for among exports.
type Search struct {
	Filter store.Filter // only among these
	Text   string       // part of an interview's or candidate's id, the number of an export, or Greenhouse's of a candidate
	People bool         // look for a person of that email, or where nothing else is found of that name, too; this is audited
	By     store.By     // who looks; People needs it

	EmailDigest     []byte // of Text, see [Digests.Email]; nil where it is no address
	CandidateDigest []byte // of Text, see [Digests.Candidate]; [Store.Lookup] alone reads it
}

// Found holds what a search came to.
type Found struct {
	IDs    []int64 // newest first
	People bool    // it looked for people, and that is recorded
	Cut    bool    // what is older than the newest SearchDepth was not looked at, or more was found than SearchFound
}

// The bounds of a search.
const (
	SearchFound = 200   // how many exports one search finds at most
	SearchDepth = 20000 // how many of the newest exports it looks through for a part of an id or name
	nameRunes   = 2     // a shorter text is no name to look for
)

// Find looks for exports. Whole ids and addresses are found by indexes, however old; parts of ids only among the newest SearchDepth of
// what the filter selects, and names likewise, of one company and where the text is no part of an id. A search for people is recorded with what it found, and not with what
// was asked, which is personal data. Its error is a [*store.TooSlowError] where it did not end in time.
func (s Store) Find(ctx context.Context, q Search) (Found, error) {
	q.Text = strings.TrimSpace(q.Text)
	var found Found
	err := s.Read(ctx, "search exports", func(tx pgx.Tx) error {
		for _, search := range []func(context.Context, pgx.Tx, *Found) error{q.whole, q.parts, q.names} {
			if err := search(ctx, tx, &found); err != nil {
				return err
			}
		}
		return nil
	})
	found = found.tidy()
	if err != nil || !found.People {
		return found, err
	}
	return found, s.RecordSearch(ctx, q.Filter.Org, found.IDs, q.By)
}

// RecordSearch records that somebody looked for a person, at one company or with an empty org at all, and which exports they found.
func (s Store) RecordSearch(ctx context.Context, org string, found []int64, by store.By) error {
	return s.InTx(ctx, "record a search", func(tx pgx.Tx) error {
		return store.AddAudit(ctx, tx, by, ledger.ActionSearchPeople, org, map[string]any{"found": found})
	})
}

// whole finds by indexes: exports_key, exports_pkey, exports_by_email.
func (q Search) whole(ctx context.Context, tx pgx.Tx, found *Found) error {
	number, _ := strconv.ParseInt(q.Text, 10, 64) // 0, which no export has, where it is none
	w := q.Filter.Where()
	w.AddIf(true, "(e.interview_id = %s OR e.id = %s)", q.Text, number)
	if err := found.add(ctx, tx, w); err != nil || !q.People || q.EmailDigest == nil {
		return err
	}
	found.People = true
	w = q.Filter.Where()
	w.AddIf(true, "e.email_digest = %s", q.EmailDigest)
	return found.add(ctx, tx, w)
}

// parts looks for a part of an id.
func (q Search) parts(ctx context.Context, tx pgx.Tx, found *Found) error {
	w := q.Filter.Where()
	newest := "SELECT e.id, e.interview_id, e.candidate_id, e.greenhouse_candidate_id" + store.ExportsHeld + w.SQL() + " ORDER BY e.id DESC LIMIT " + w.Arg(SearchDepth)
	var looked int
	var ids []int64
	err := tx.QueryRow(ctx, `
		WITH newest AS MATERIALIZED (`+newest+`), sought AS (SELECT lower(`+w.Arg(q.Text)+`::text) AS text)
		SELECT (SELECT count(*) FROM newest),
		       ARRAY(SELECT n.id FROM newest n CROSS JOIN sought s
		              WHERE strpos(lower(n.interview_id), s.text) > 0 OR strpos(lower(n.candidate_id), s.text) > 0
		                 OR n.greenhouse_candidate_id::text = s.text
		              ORDER BY n.id DESC
		              LIMIT `+w.Arg(SearchFound+1)+`)`, w.Args...).Scan(&looked, &ids)
	found.IDs = append(found.IDs, ids...)
	found.Cut = found.Cut || looked == SearchDepth
	return err
}

// names looks for a part of a name, at one company. Letter case is judged here: what Postgres takes for the small form of a letter
// hangs on the locale that somebody made the database with.
func (q Search) names(ctx context.Context, tx pgx.Tx, found *Found) error {
	if !q.People || q.Filter.Org == "" || len(found.IDs) > 0 || utf8.RuneCountInString(q.Text) < nameRunes {
		return nil
	}
	found.People = true
	w := q.Filter.Where()
	rows, err := tx.Query(ctx, `
		SELECT n.id, b.first_name || ' ' || b.last_name
		  FROM (SELECT e.id, e.body_id`+store.ExportsHeld+w.SQL()+` ORDER BY e.id DESC LIMIT `+w.Arg(SearchDepth)+`) n
		  LEFT JOIN ghexport.bodies b ON b.id = n.body_id`, w.Args...)
	if err != nil {
		return err
	}
	looked, sought := 0, strings.ToLower(q.Text)
	var id int64
	var name *string
	_, err = pgx.ForEachRow(rows, []any{&id, &name}, func() error {
		looked++
		if name != nil && strings.Contains(strings.ToLower(*name), sought) {
			found.IDs = append(found.IDs, id)
		}
		return nil
	})
	found.Cut = found.Cut || looked == SearchDepth
	return err
}

func (f *Found) add(ctx context.Context, tx pgx.Tx, w store.Where) error {
	rows, err := tx.Query(ctx, "SELECT e.id"+store.ExportsHeld+w.SQL()+" ORDER BY e.id DESC LIMIT "+w.Arg(SearchFound+1), w.Args...)
	if err != nil {
		return err
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	f.IDs = append(f.IDs, ids...)
	return err
}

// tidy puts what the searches found in order, each once, the newest first.
func (f Found) tidy() Found {
	slices.Sort(f.IDs)
	f.IDs = slices.Compact(f.IDs)
	slices.Reverse(f.IDs)
	if len(f.IDs) > SearchFound {
		f.IDs, f.Cut = f.IDs[:SearchFound], true
	}
	if f.IDs == nil {
		f.IDs = []int64{}
	}
	return f
}

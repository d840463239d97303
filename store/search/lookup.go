package search

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
)

// Looked holds what a search for everything came to.
type Looked struct {
	By        map[ledger.Match][]int64 // exports by what of them was found, newest first; each stands once, by its surest match
	Messages  []string                 // companies with messages of an interview of this id that no export shows: not folded, or not readable
	Companies []string                 // of this name, or whose name has it as a part
	People    bool                     // it looked for people, and that is recorded
	Cut       bool                     // parts were looked for among the newest SearchDepth only, or more was found than SearchFound
}

// lookedCompanies sets how many companies one search names.
const lookedCompanies = 20

// Lookup looks for whatever a text may be: the number of an export, the id of an interview, of a candidate or of Greenhouse's, an email,
// a company; where it is none of these whole, a part of an id, and at one company of a name. q.Filter selects nothing but the company.
// A search for people is recorded with what it found, and not with what was asked. Its error is a [*store.TooSlowError] where it did not end
// in time.
func (s Store) Lookup(ctx context.Context, q Search) (Looked, error) {
	q.Text = strings.TrimSpace(q.Text)
	out := Looked{By: map[ledger.Match][]int64{}}
	err := s.Read(ctx, "search everything", func(tx pgx.Tx) error {
		if err := q.lookWhole(ctx, tx, &out); err != nil {
			return err
		}
		if err := q.lookAround(ctx, tx, &out); err != nil || len(out.By) > 0 {
			return err
		}
		return q.lookParts(ctx, tx, &out)
	})
	out.tidy()
	if err != nil || !out.People {
		return out, err
	}
	return out, s.RecordSearch(ctx, q.Filter.Org, out.IDs(), q.By)
}

// lookWhole finds by indexes: exports_pkey, exports_key, exports_by_profile, exports_by_candidate, exports_by_email.
func (q Search) lookWhole(ctx context.Context, tx pgx.Tx, out *Looked) error {
	number, _ := strconv.ParseInt(q.Text, 10, 64) // 0, which no export has, where it is none
	profile := number
	if p, err := store.ParseProfileURL(q.Text, true); err == nil {
		profile = p.CandidateID
	}
	for _, by := range []struct {
		match     ledger.Match
		asked     bool
		condition string
		value     any
	}{
		{ledger.MatchExport, number > 0, "e.id = %s", number},
		{ledger.MatchInterview, true, "e.interview_id = %s", q.Text},
		{ledger.MatchGreenhouse, profile > 0, "e.greenhouse_candidate_id = %s", profile},
		{ledger.MatchCandidate, q.People && q.CandidateDigest != nil, "e.candidate_digest = %s", q.CandidateDigest},
		{ledger.MatchEmail, q.People && q.EmailDigest != nil, "e.email_digest = %s", q.EmailDigest},
	} {
		if !by.asked {
			continue
		}
		out.People = out.People || by.match == ledger.MatchEmail
		w := q.Filter.Where()
		w.AddIf(true, by.condition, by.value)
		var found Found
		if err := found.add(ctx, tx, w); err != nil {
			return err
		}
		out.add(by.match, found)
	}
	return nil
}

// lookAround finds what is no export: messages by outbox_by_interview and rejected_by_interview, and, for who may see all, companies.
func (q Search) lookAround(ctx context.Context, tx pgx.Tx, out *Looked) error {
	rows, err := tx.Query(ctx, `
		SELECT DISTINCT m.org_id
		  FROM (SELECT o.org_id FROM ghexport.outbox o WHERE o.interview_id = $1
		        UNION ALL
		        SELECT r.org_id FROM ghexport.rejected r WHERE r.interview_id = $1) m
		 WHERE ($2 = '' OR m.org_id = $2)
		 ORDER BY m.org_id
		 LIMIT $3`, q.Text, q.Filter.Org, lookedCompanies)
	if err == nil {
		out.Messages, err = pgx.CollectRows(rows, pgx.RowTo[string])
	}
	if err != nil || q.Filter.Org != "" {
		return err
	}
	rows, err = tx.Query(ctx, `
		SELECT i.org_id
		  FROM ghexport.integrations i
		 WHERE strpos(lower(i.org_id), lower($1)) > 0
		 ORDER BY i.org_id <> $1, i.org_id
		 LIMIT $2`, q.Text, lookedCompanies)
	if err == nil {
		out.Companies, err = pgx.CollectRows(rows, pgx.RowTo[string])
	}
	return err
}

// lookParts looks for a part of an id, and where none has it of a name.
func (q Search) lookParts(ctx context.Context, tx pgx.Tx, out *Looked) error {
	var part, name Found
	if err := q.parts(ctx, tx, &part); err != nil {
		return err
	}
	out.add(ledger.MatchPart, part)
	if len(part.IDs) > 0 {
		return nil
	}
	err := q.names(ctx, tx, &name)
	out.add(ledger.MatchName, name)
	return err
}

func (l *Looked) add(by ledger.Match, found Found) {
	found = found.tidy()
	l.People, l.Cut = l.People || found.People, l.Cut || found.Cut
	if len(found.IDs) > 0 {
		l.By[by] = found.IDs
	}
}

// tidy leaves each export by its surest match, and SearchFound of them.
func (l *Looked) tidy() {
	seen := map[int64]bool{}
	for _, by := range ledger.Matches {
		l.By[by] = slices.DeleteFunc(l.By[by], func(id int64) bool {
			drop := seen[id] || len(seen) >= SearchFound
			l.Cut = l.Cut || drop && !seen[id]
			if !drop {
				seen[id] = true
			}
			return drop
		})
		if len(l.By[by]) == 0 {
			delete(l.By, by)
		}
	}
}

// IDs are the exports that were found, the surest first.
func (l Looked) IDs() []int64 {
	ids := []int64{}
	for _, by := range ledger.Matches {
		ids = append(ids, l.By[by]...)
	}
	return ids
}

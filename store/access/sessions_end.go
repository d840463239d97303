package access

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
)

// SessionFilter names sessions, and links that are not opened yet. Its zero value names all.
type SessionFilter struct {
	Name string // whose they are, exactly
	Org  string // the company whose people they let in
}

// ListedSession is a session as lists show it.
type ListedSession struct {
	Name    string    `json:"name"`
	Role    string    `json:"role"` // viewer, oncall, admin, company or recruiter
	OrgID   *string   `json:"org_id"`
	Method  *string   `json:"method"` // how they came in; null where an older version did not note it
	BeganAt time.Time `json:"began_at"`
	SeenAt  time.Time `json:"seen_at"` // to the minute
	EndsAt  time.Time `json:"ends_at"` // at the latest
}

// SessionList names who is logged in to the console, and who may still come in by a link that was made here; the newest first.
type SessionList struct {
	Sessions []ListedSession `json:"sessions"`
	Links    []MadeLink      `json:"links"`
	More     bool            `json:"more"` // there are more than these
}

// Sessions lists the sessions that live at a moment, unused for no longer than idle, and the links that still open: at most limit of
// each. Whether the setting that let somebody in still stands only a node knows: a session that none accepts is listed until it ends.
func (s Store) Sessions(ctx context.Context, f SessionFilter, now time.Time, idle time.Duration, limit int) (SessionList, error) {
	var list SessionList
	rows, _ := s.Pool.Query(ctx, `
		SELECT name, role, org_id, method, began_at, seen_at, ends_at
		  FROM ghexport.console_sessions
		 WHERE ends_at > $1 AND seen_at > $1 - $2::interval AND ($3 = '' OR name = $3) AND ($4 = '' OR org_id = $4)
		 ORDER BY began_at DESC, digest
		 LIMIT $5`, now, idle, f.Name, f.Org, limit+1)
	var err error
	if list.Sessions, err = pgx.CollectRows(rows, pgx.RowToStructByPos[ListedSession]); err != nil {
		return list, fmt.Errorf("list sessions: %w", err)
	}
	rows, _ = s.Pool.Query(ctx, `
		SELECT org_id, who, role, made_by, made_at, expires_at
		  FROM ghexport.made_links
		 WHERE expires_at > $1 AND ($2 = '' OR who = $2) AND ($3 = '' OR org_id = $3)
		 ORDER BY made_at DESC, digest
		 LIMIT $4`, now, f.Name, f.Org, limit+1)
	if list.Links, err = pgx.CollectRows(rows, pgx.RowToStructByPos[MadeLink]); err != nil {
		return list, fmt.Errorf("list links: %w", err)
	}
	if len(list.Sessions) > limit {
		list.Sessions, list.More = list.Sessions[:limit], true
	}
	if len(list.Links) > limit {
		list.Links, list.More = list.Links[:limit], true
	}
	return list, nil
}

// EndedSessions counts what was ended.
type EndedSessions struct {
	Sessions int `json:"sessions"`
	Links    int `json:"links"`
}

// EndSessions ends sessions on every node, and links so that they open nothing: links first, so that nobody comes in by one in between.
// It records an entry for each company that it concerns, and one for all of ours; none where there was nothing to end, so it is safe
// to call twice. With dryRun it counts, and changes nothing.
func (s Store) EndSessions(ctx context.Context, f SessionFilter, by store.By, now time.Time, idle time.Duration, dryRun bool) (ended EndedSessions, err error) {
	err = s.InTx(ctx, "end sessions", func(tx pgx.Tx) error {
		// A link that is being opened now is awaited here, and its session then ended below.
		links, err := endedOf(ctx, tx, `
			WITH known AS (
				DELETE FROM ghexport.made_links WHERE ($1 = '' OR who = $1) AND ($2 = '' OR org_id = $2)
				RETURNING digest, org_id, who, expires_at
			), ended AS (
				INSERT INTO ghexport.console_links (digest, org_id, opened_at, expires_at)
				SELECT digest, org_id, $3::timestamptz, expires_at FROM known
				ON CONFLICT (digest) DO NOTHING
				RETURNING digest
			)
			SELECT org_id, who, expires_at > $3::timestamptz FROM known JOIN ended USING (digest)`, f.Name, f.Org, now)
		if err != nil {
			return err
		}
		sessions, err := endedOf(ctx, tx, `
			DELETE FROM ghexport.console_sessions WHERE ($1 = '' OR name = $1) AND ($2 = '' OR org_id = $2)
			RETURNING coalesce(org_id, ''), name, ends_at > $3::timestamptz AND seen_at > $3::timestamptz - $4::interval`, f.Name, f.Org, now, idle)
		if err != nil {
			return err
		}
		if ended = (EndedSessions{Sessions: len(sessions), Links: len(links)}); dryRun {
			return errDryRun
		}
		return auditEnded(ctx, tx, by, sessions, links)
	})
	if dryRun && errors.Is(err, errDryRun) {
		err = nil
	}
	return ended, err
}

var errDryRun = errors.New("a dry run is taken back")

// whose is somebody's session or link.
type whose struct{ org, name string }

// endedOf runs a statement that returns the company, the name, and whether it lived, and returns those that lived.
func endedOf(ctx context.Context, tx pgx.Tx, sql string, args ...any) (list []whose, err error) {
	rows, _ := tx.Query(ctx, sql, args...)
	var one whose
	var lived bool
	_, err = pgx.ForEachRow(rows, []any{&one.org, &one.name, &lived}, func() error {
		if lived {
			list = append(list, one)
		}
		return nil
	})
	return list, err
}

// auditEnded records for each company, and for ours, whose sessions and links were ended, and how many.
func auditEnded(ctx context.Context, tx pgx.Tx, by store.By, sessions, links []whose) error {
	type counts struct {
		names           map[string]bool
		sessions, links int
	}
	of := map[string]*counts{}
	count := func(w whose) *counts {
		if of[w.org] == nil {
			of[w.org] = &counts{names: map[string]bool{}}
		}
		of[w.org].names[w.name] = true
		return of[w.org]
	}
	for _, w := range sessions {
		count(w).sessions++
	}
	for _, w := range links {
		count(w).links++
	}
	for _, org := range slices.Sorted(maps.Keys(of)) {
		names := slices.Sorted(maps.Keys(of[org].names))
		detail := map[string]any{"sessions": of[org].sessions, "links": of[org].links, "names": names[:min(len(names), namesRecorded)]}
		if err := store.AddAudit(ctx, tx, by, ledger.ActionSessionsEnd, org, detail); err != nil {
			return err
		}
	}
	return nil
}

// namesRecorded sets how many names one entry of the trail has at most.
const namesRecorded = 100

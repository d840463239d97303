package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/interviewing-io/greenhouse-export/ledger"
)

// TrackingLink is an address that Greenhouse made for us: whoever applies through it counts as come from us.
type TrackingLink struct {
	URL       string    `json:"url"`
	Source    string    `json:"source"`     // what Greenhouse calls us
	Referrer  string    `json:"referrer"`   // the name of the company's user who gets the credit
	CreatedBy string    `json:"created_by"` // their email
	Current   bool      `json:"current"`    // that is who is "Created by" today
	MadeAt    time.Time `json:"made_at"`
	MadeBy    string    `json:"made_by"`
}

// JobLink is a job of the company's Greenhouse and its tracking link.
type JobLink struct {
	JobID  int64         `json:"job_id"`
	Job    string        `json:"job"`
	Open   bool          `json:"open"`   // Greenhouse lists it among the open jobs, or did when it was last asked
	Public bool          `json:"public"` // it is on the company's job board
	Link   *TrackingLink `json:"link"`   // null where none was made
}

// MadeLinks says what making tracking links came to, job by job.
type MadeLinks struct {
	Made    []int64       `json:"made"`    // these have one now, as far as they were asked for
	Refused []RefusedLink `json:"refused"` // and these got none
}

// RefusedLink is a job that got no tracking link.
type RefusedLink struct {
	JobID int64  `json:"job_id"`
	Says  string `json:"says"` // what Greenhouse said, or why it was not asked
	Hint  string `json:"hint"` // what to do about it; empty where time will tell
}

// JobLinks lists the open jobs as Greenhouse last listed them, each with its tracking link, and behind them the links of jobs that are
// open no more. It asks Greenhouse nothing. [ErrNotFound] where nobody connected the company.
func (s *Store) JobLinks(ctx context.Context, org string) ([]JobLink, error) {
	seen, err := s.SeenJobs(ctx, org)
	if err != nil {
		return nil, err
	}
	rows, _ := s.Pool.Query(ctx, `
		SELECT l.job_id, l.job, l.url, l.source, l.referrer, l.created_by, coalesce(l.created_by = i.created_by, false), l.made_at, l.made_by
		  FROM ghexport.tracking_links l -- tracking_links_pkey
		  JOIN ghexport.integrations i ON i.org_id = l.org_id
		 WHERE l.org_id = $1
		 ORDER BY l.job_id`, org)
	var made []JobLink
	of := map[int64]*TrackingLink{}
	var one JobLink
	var link TrackingLink
	_, err = pgx.ForEachRow(rows, []any{
		&one.JobID, &one.Job, &link.URL, &link.Source, &link.Referrer, &link.CreatedBy, &link.Current, &link.MadeAt, &link.MadeBy,
	}, func() error {
		copied := link
		of[one.JobID], one.Link = &copied, &copied
		made = append(made, one)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("tracking links of company %q: %w", org, err)
	}
	return linked(seen.List, made, of), nil
}

// linked puts the links beside the open jobs, and behind these what has a link and is not open.
func linked(jobs []SeenJob, made []JobLink, of map[int64]*TrackingLink) []JobLink {
	list := []JobLink{}
	open := map[int64]bool{}
	for _, j := range jobs {
		if j.ClosedAt == nil {
			open[j.ID] = true
			list = append(list, JobLink{JobID: j.ID, Job: j.Name, Open: true, Public: j.Public, Link: of[j.ID]})
		}
	}
	for _, l := range made {
		if !open[l.JobID] {
			list = append(list, l)
		}
	}
	return list
}

// KeepTrackingLink keeps the link of a job in place of the one before, and records who made it. MadeAt and Current are not read.
func (s *Store) KeepTrackingLink(ctx context.Context, org string, job int64, name string, link TrackingLink, by By) error {
	return s.InTx(ctx, "keep a tracking link", func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `
			INSERT INTO ghexport.tracking_links (org_id, job_id, url, job, source, referrer, created_by, made_by)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
			ON CONFLICT (org_id, job_id) DO UPDATE
			   SET url = excluded.url, job = excluded.job, source = excluded.source, referrer = excluded.referrer,
			       created_by = excluded.created_by, made_by = excluded.made_by, made_at = excluded.made_at`,
			org, job, ledger.Clean(link.URL, linkURLCap), ledger.Clean(name, DetailCap), ledger.Clean(link.Source, DetailCap),
			ledger.Clean(link.Referrer, DetailCap), link.CreatedBy, ledger.Clean(by.Actor, DetailCap))
		if err != nil {
			return err
		}
		return AddAudit(ctx, tx, by, ledger.ActionOrgLinks, org, map[string]any{"job_id": job})
	})
}

// linkURLCap sets how long an address of Greenhouse's may be; real ones have two dozen characters.
const linkURLCap = 2000

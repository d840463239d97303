package query

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/interviewing-io/greenhouse-export/ledger"
)

// Event is one line of an export's history.
type Event struct {
	At     time.Time `json:"at"`
	What   string    `json:"what"`
	Who    *string   `json:"who"`    // null for the service itself
	Reason *string   `json:"reason"` // in the words of who did it
}

// companyEvents bounds what a history tells of the export's company.
const companyEvents = 50

// history puts what the ledger, the attempts, the company's holds and the audit trail know into one line of time.
func (r Reader) history(ctx context.Context, d *ExportDetail) ([]Event, error) {
	events := d.ownEvents()
	trail, err := r.AuditTrail(ctx, AuditFilter{ExportID: d.ID})
	if err != nil {
		return nil, err
	}
	company, err := r.companyTrail(ctx, d)
	if err != nil {
		return nil, err
	}
	for _, entry := range append(trail, company...) {
		events = append(events, Event{At: entry.At, What: string(entry.Action), Who: &entry.Actor, Reason: entry.Reason})
	}
	holds, err := r.Holds(ctx, HoldFilter{Org: d.OrgID, Limit: companyEvents})
	if err != nil {
		return nil, err
	}
	began, ended := d.waited()
	for _, hold := range holds {
		if hold.Since.After(began) && hold.Since.Before(ended) {
			events = append(events, Event{At: hold.Since, What: fmt.Sprintf("its company was held (%s)", hold.Cause)})
		}
		if hold.Until != nil && hold.Until.After(began) && hold.Until.Before(ended) {
			events = append(events, Event{At: *hold.Until, What: "its company could send again"})
		}
	}
	slices.SortStableFunc(events, func(a, b Event) int { return a.At.Compare(b.At) })
	return events, nil
}

// waited is the time in which what happened to its company concerned the export: from its arrival until it was sent.
func (d *ExportDetail) waited() (began, ended time.Time) {
	ended = d.now
	if d.SentAt != nil {
		ended = *d.SentAt
	}
	return d.CreatedAt, ended
}

// companyTrail returns what people did to the export's company, or to all of them, while it waited.
func (r Reader) companyTrail(ctx context.Context, d *ExportDetail) ([]AuditEntry, error) {
	if d.State == ledger.StateIneligible {
		return nil, nil
	}
	began, ended := d.waited()
	rows, err := r.reads.Query(ctx, AuditColumns+`
		 WHERE a.at BETWEEN $2 AND $3 AND a.export_id IS NULL
		   AND (a.org_id = $1 AND a.action IN ('org enable', 'org disable', 'org pause', 'org resume') -- audit_by_org
		        OR a.org_id IS NULL AND a.action IN ('pause --all', 'resume --all'))
		 ORDER BY a.id DESC
		 LIMIT $4`, d.OrgID, began, ended, companyEvents)
	if err != nil {
		return nil, fmt.Errorf("read what was done to the company: %w", err)
	}
	trail, err := pgx.CollectRows(rows, pgx.RowToStructByPos[AuditEntry])
	if err != nil {
		return nil, fmt.Errorf("read what was done to the company: %w", err)
	}
	return trail, nil
}

// ownEvents are those of the export and its attempts.
func (d *ExportDetail) ownEvents() []Event {
	var events []Event
	add := func(at *time.Time, format string, args ...any) {
		if at != nil {
			events = append(events, Event{At: *at, What: fmt.Sprintf(format, args...)})
		}
	}
	add(d.advancedAt, "the interviewer said yes")
	add(d.continuedAt, "the candidate said yes")
	add(&d.CreatedAt, "the first result arrived in the ledger")
	if d.committedAt.After(d.CreatedAt) {
		add(&d.committedAt, "the producer committed version %d", d.Version)
	}
	for _, a := range d.AttemptLog {
		add(&a.StartedAt, "attempt %d began", a.Number)
		add(&a.FinishedAt, "%s", a.ended())
	}
	if d.attemptInProgress {
		add(d.attemptStartedAt, "attempt %d began", d.Attempts)
	}
	add(d.attentionAt, "it needs a look: %s", d.State)
	add(d.SentAt, "it is in Greenhouse")
	add(d.erasedAt, "its personal data was erased")
	return events
}

func (a AttemptRow) ended() string {
	what := fmt.Sprintf("attempt %d ended: %s", a.Number, a.Outcome)
	if a.Status != nil {
		what += fmt.Sprintf(", HTTP %d", *a.Status)
	}
	if a.Cause != nil {
		what += " (" + string(*a.Cause) + ")"
	}
	if a.NextAt != nil {
		what += "; next try at " + a.NextAt.UTC().Format("2006-01-02 15:04:05 UTC")
	}
	return what
}

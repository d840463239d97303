package notices

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/store/query"
)

// Kind names what a notice tells.
type Kind string

// The kinds. The first four go to a company, the next two to us, and the last to the product.
const (
	Broken        Kind = "broken"           // Greenhouse has begun to refuse the company
	StillBroken   Kind = "still_broken"     // it still does, a day or more later
	WorksAgain    Kind = "works_again"      // it has stopped
	NeedsDecision Kind = "needs_decision"   // exports are unknown, or possible duplicates
	Refusals      Kind = "refusals"         // several companies are refused within minutes
	KeyUnreadable Kind = "key_unreadable"   // a company's key does not open
	Moved         Kind = "candidates_moved" // what became of sent candidates
)

// State tells where a notice stands.
type State string

// The states.
const (
	NoticeWaiting State = "waiting"       // to be sent at its due_at
	Sending       State = "sending"       // may be on its way
	Sent          State = "sent"          // its receiver took it
	Dead          State = "dead"          // given up
	Lapsed        State = "lapsed"        // over before it was told
	Suppressed    State = "suppressed"    // held back while many companies are refused
	Undeliverable State = "undeliverable" // nobody to tell, or no way
)

// How a notice is told.
const (
	ChannelMail    = "mail"
	ChannelWebhook = "webhook"
)

// Notice is one message to one address, or to the webhook. It names no candidate.
type Notice struct {
	ID        int64          `json:"id"`
	Kind      Kind           `json:"kind"`
	OrgID     string         `json:"org_id"` // empty for what concerns several companies
	Cause     ledger.Cause   `json:"cause"`
	Since     time.Time      `json:"since"` // for works_again: since when it works
	Days      int            `json:"days"`
	Waiting   int64          `json:"waiting"`
	Unknown   int64          `json:"unknown"`
	Duplicate int64          `json:"duplicate"`
	Companies []string       `json:"companies"` // refusals: which
	Channel   string         `json:"channel"`
	Recipient string         `json:"recipient"` // empty for the webhook, and where nobody can be written to
	Message   uuid.UUID      `json:"-"`         // names the message to its receiver, the same in every attempt
	State     State          `json:"state"`
	Detail    *string        `json:"detail"`
	Attempts  int            `json:"attempts"`
	CreatedAt time.Time      `json:"created_at"`
	DueAt     *time.Time     `json:"due_at"`
	SentAt    *time.Time     `json:"sent_at"`
	Changes   []query.Change `json:"changes,omitempty"` // candidates_moved: which
}

// ForCompany says whether it is about one company's own affairs, and not about ours.
func (k Kind) ForCompany() bool { return k != Refusals && k != KeyUnreadable }

const noticeColumns = `
	n.id, n.kind, coalesce(n.org_id, ''), coalesce(n.cause, ''), n.since, n.days, n.waiting, n.unknown, n.duplicate, n.companies,
	n.channel, n.recipient, n.message, n.state, n.detail, n.attempts, n.created_at, n.due_at, n.sent_at,
	coalesce(n.changes, '[]')`

// Filter narrows a list of notices; its zero value is everything.
type Filter struct {
	Org       string
	ToCompany bool  // leave out what only we, or the product, are told
	BeforeID  int64 // only older ones than this, for the next page
	Limit     int   // 50 when zero
}

const noticePage = 50

// List lists what was told, newest first.
func (s Store) List(ctx context.Context, f Filter) ([]Notice, error) {
	w := store.Where{}
	w.AddIf(f.Org != "", "n.org_id = %s", f.Org) // notices_by_org
	w.AddIf(f.ToCompany, "n.kind NOT IN ('refusals', 'key_unreadable', 'candidates_moved')")
	w.AddIf(f.BeforeID != 0, "n.id < %s", f.BeforeID)
	limit := f.Limit
	if limit <= 0 {
		limit = noticePage
	}
	rows, err := s.Pool.Query(ctx, "SELECT"+noticeColumns+" FROM ghexport.notices n"+w.SQL()+" ORDER BY n.id DESC LIMIT "+w.Arg(limit), w.Args...)
	if err != nil {
		return nil, fmt.Errorf("list notices: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Notice])
	if err != nil {
		return nil, fmt.Errorf("list notices: %w", err)
	}
	return list, nil
}

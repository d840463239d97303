package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/interviewing-io/greenhouse-export/ledger"
)

// Integration is a company's connection to Greenhouse, without its key.
type Integration struct {
	OrgID             string     `json:"org_id"`
	Enabled           bool       `json:"enabled"`
	SwitchedAt        *time.Time `json:"switched_at"` // when it was last turned on or off; null: it was never on
	SwitchedBy        *string    `json:"switched_by"`
	Revision          int64      `json:"revision"` // of credential and choices; see [Settings]
	KeyLast5          *string    `json:"key_last5"`
	KeySetAt          *time.Time `json:"key_set_at"`
	KeySetBy          *string    `json:"key_set_by"`
	CredentialVersion int64      `json:"credential_version"`
	CreatedBy         *string    `json:"created_by"`
	CreatedByName     *string    `json:"created_by_name"`
	CreatedByID       *int64     `json:"created_by_id"`
	Tested            bool       `json:"tested"` // the present credential passed the test
	TestedAt          *time.Time `json:"tested_at"`
	Choices
	TestReport      *TestReport            `json:"test_report"` // of the last test with the present credential
	PausedAt        *time.Time             `json:"paused_at"`
	PausedBy        *string                `json:"paused_by"`
	PausedReason    *string                `json:"paused_reason"`
	DecryptFailedAt *time.Time             `json:"decrypt_failed_at"`
	HoldCause       *ledger.Cause          `json:"hold_cause"`
	HoldSince       *time.Time             `json:"hold_since"`
	HoldDetail      *string                `json:"hold_detail"`
	ProbeAt         *time.Time             `json:"probe_at"`
	Probes          int                    `json:"probes"`
	LastGoodAt      *time.Time             `json:"last_good_at"`
	CreatedAt       time.Time              `json:"created_at"`
	UpdatedAt       time.Time              `json:"updated_at"`
	Held            *ledger.Cause          `json:"held"`            // why nothing is sent for it; null when it may send
	Waiting         int64                  `json:"waiting"`         // exports that would go if it could, those not folded yet included
	TestSince       *time.Time             `json:"test_mode_since"` // since when it is in test mode; null: it is not
	TestBy          *string                `json:"test_mode_by"`
	TestSends       bool                   `json:"test_mode_sends"` // in test mode: to the test address
	State           ledger.ConnectionState `json:"state" db:"-"`    // as its admin sees it
	HasKey          bool                   `json:"has_key"`         // of a key too short to show an end of it, this alone tells
}

const integrationsShown = `
	SELECT i.org_id, i.enabled, i.switched_at, i.switched_by, i.revision, i.key_last5, i.key_set_at, i.key_set_by, i.credential_version,
	       i.created_by, i.created_by_name, i.created_by_id, coalesce(i.tested_version = i.credential_version, false), i.tested_at,
	       ` + choicesShown + `, i.test_report,
	       i.paused_at, i.paused_by, i.paused_reason, i.decrypt_failed_at, i.hold_cause, i.hold_since, i.hold_detail, i.probe_at,
	       i.probes, i.last_good_at, i.created_at, i.updated_at, ghexport.held_reason(i, c.stopped_at IS NOT NULL), w.waiting,
	       i.test_since, i.test_by, i.test_sends, i.sealed_key IS NOT NULL
	  FROM ghexport.integrations i
	 CROSS JOIN ghexport.control c
	 CROSS JOIN LATERAL (SELECT ` + WaitingOf + ` AS waiting) w`

// eligibleMessage is true for an outbox message o that says yes twice.
const eligibleMessage = `
	o.message -> 'interviewer_advances' = 'true' AND o.message -> 'candidate_continues' = 'true'
	AND o.message -> 'practice' IS DISTINCT FROM 'true'`

// WaitingOf counts what waits for company i: pending and queued exports, and interviews of which nothing else waits but a message
// in the outbox. Each part has an index of its own, which an OR of them would not use.
const WaitingOf = `
	(SELECT count(*) FROM ghexport.exports e WHERE e.org_id = i.org_id AND e.due_at IS NOT NULL) -- exports_due
	+ (SELECT count(*) FROM ghexport.exports e WHERE e.org_id = i.org_id AND e.blocked_at IS NOT NULL AND e.state = 'pending') -- exports_blocked
	+ (SELECT count(*) FROM ghexport.exports e WHERE e.org_id = i.org_id AND e.job_id IS NOT NULL AND e.state = 'queued') -- exports_in_flight
	+ (SELECT count(DISTINCT o.interview_id) FROM ghexport.outbox o -- outbox_by_org
	    WHERE o.org_id = i.org_id AND ` + eligibleMessage + ` AND ` + noTestMessage + `
	      AND NOT EXISTS (SELECT FROM ghexport.outbox n
	                       WHERE n.org_id = o.org_id AND n.interview_id = o.interview_id AND n.version > o.version)
	      AND NOT EXISTS (SELECT FROM ghexport.exports e
	                       WHERE e.org_id = o.org_id AND e.interview_id = o.interview_id
	                         AND (e.state NOT IN ('ineligible', 'duplicate', 'dead') OR e.version >= o.version)))
	- ` + testsWaiting

// Integrations lists every company that was ever connected, by name.
func (s *Store) Integrations(ctx context.Context) ([]Integration, error) {
	rows, err := s.Pool.Query(ctx, integrationsShown+" ORDER BY i.org_id")
	if err != nil {
		return nil, fmt.Errorf("list companies: %w", err)
	}
	list, err := pgx.CollectRows(rows, scanIntegration)
	if err != nil {
		return nil, fmt.Errorf("list companies: %w", err)
	}
	return list, nil
}

// Integration reads one company, or returns [ErrNotFound].
func (s *Store) Integration(ctx context.Context, org string) (Integration, error) {
	rows, err := s.Pool.Query(ctx, integrationsShown+" WHERE i.org_id = $1", org)
	if err != nil {
		return Integration{}, fmt.Errorf("read company %q: %w", org, err)
	}
	i, err := pgx.CollectExactlyOneRow(rows, scanIntegration)
	if err != nil {
		return i, fmt.Errorf("company %q: %w", org, NotFound(err))
	}
	return i, nil
}

func scanIntegration(row pgx.CollectableRow) (Integration, error) {
	i, err := pgx.RowToStructByPos[Integration](row)
	i.State = i.connectionState()
	return i, err
}

// NewIntegration is a company that nobody has connected yet, as [Store.Integration] would show it.
func NewIntegration(org string) Integration {
	held := ledger.CauseOff
	i := Integration{OrgID: org, Choices: InitialChoices(), Held: &held}
	i.State = i.connectionState()
	return i
}

// Credential holds what a company's requests are made with. SealedKey opens with the keyset.
type Credential struct {
	SealedKey []byte
	CreatedBy string
	Version   int64
	KeyDigest []byte // names its budget
	Test      bool   // its company is in test mode: it is no Greenhouse's
}

// Credential reads a company's credential, or returns [ErrNotFound] where there is none.
func (s *Store) Credential(ctx context.Context, org string) (Credential, error) {
	var c Credential
	err := s.Pool.QueryRow(ctx, `
		SELECT sealed_key, coalesce(created_by, ''), credential_version, key_digest, test_since IS NOT NULL
		  FROM ghexport.integrations
		 WHERE org_id = $1 AND sealed_key IS NOT NULL`, org).
		Scan(&c.SealedKey, &c.CreatedBy, &c.Version, &c.KeyDigest, &c.Test)
	if err != nil {
		return c, fmt.Errorf("credential of company %q: %w", org, NotFound(err))
	}
	return c, nil
}

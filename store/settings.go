package store

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/seal"
)

// Settings is a change of a company's [Choices]: nil leaves one as it is.
type Settings struct {
	TimeZone        *string          // IANA name; "" clears it
	Mode            *string          // "prospect" or "candidate"
	JobMap          map[string]int64 // the whole map; an empty one clears it
	DefaultJobID    *int64           // 0 clears it
	PoolID          *int64           // 0 clears it, and the stage
	PoolStageID     *int64           // 0 clears it
	Credit          *string          // "created_by", "interviewer" or "fixed"
	CreditTo        *Person          // a zero one clears it
	SecondInterview *string          // "hold", "create" or "skip"
	ServerErrors    *string          // "retry" or "ask"
	InFlightCap     *int             // exports at once, 1 to 64
	NoticeEmails    []string         // the whole list; an empty one clears it
	NoticeWebhook   *bool
	NoteFormat      *int // one of [ledger.NoteFormats]
	KeepPeopleDays  *int // 7 to 3650; 0 clears it

	// Revision is the one of [Integration] that the change is based on, so that two people do not undo each other's work unseen; 0 is
	// that of a company that nobody connected, nil stands for any.
	Revision *int64
}

// SettingError says which setting cannot be as asked, and what it may be. Nothing was changed.
type SettingError struct {
	Field string
	Must  string
}

// Error names the setting.
func (e *SettingError) Error() string { return e.Field + " must be " + e.Must }

const (
	noticeEmailsMax = 10
	rolesMax        = 1000 // of a job map
	personTextMax   = 200
)

// Apply returns the choices after the change, with every wrong one named at once, each a [*SettingError]. CreatedBy is the company's,
// empty where it has none yet. Pure.
func (p Settings) Apply(c Choices, createdBy string) (Choices, error) {
	p = p.understood()
	wrong := p.check()
	setText(&c.Mode, p.Mode)
	setText(&c.Credit, p.Credit)
	setText(&c.SecondInterview, p.SecondInterview)
	setText(&c.ServerErrors, p.ServerErrors)
	setOrClear(&c.TimeZone, p.TimeZone)
	setOrClear(&c.DefaultJobID, p.DefaultJobID)
	if p.PoolID != nil && (c.PoolID == nil || *c.PoolID != *p.PoolID) {
		c.PoolStageID = nil // it was a stage of the other pool
	}
	setOrClear(&c.PoolID, p.PoolID)
	setOrClear(&c.PoolStageID, p.PoolStageID)
	setOrClear(&c.CreditTo, p.CreditTo)
	setOrClear(&c.KeepPeopleDays, p.KeepPeopleDays)
	if p.JobMap != nil {
		c.JobMap = p.JobMap
	}
	if p.InFlightCap != nil {
		c.InFlightCap = *p.InFlightCap
	}
	if p.NoticeEmails != nil {
		c.NoticeEmails = addresses(p.NoticeEmails)
	}
	if p.NoticeWebhook != nil {
		c.NoticeWebhook = *p.NoticeWebhook
	}
	if p.NoteFormat != nil {
		c.NoteFormat = *p.NoteFormat
	}
	if err := errors.Join(append(wrong, c.check(createdBy)...)...); err != nil {
		return Choices{}, err
	}
	return c, nil
}

func setText(to, from *string) {
	if from != nil {
		*to = *from
	}
}

// setOrClear takes a zero value as the wish to have none.
func setOrClear[T comparable](to **T, from *T) {
	var zero T
	switch {
	case from == nil:
	case *from == zero:
		*to = nil
	default:
		value := *from
		*to = &value
	}
}

// addresses leaves out repeats, however they are spelled.
func addresses(all []string) []string {
	list := []string{}
	for _, one := range all {
		if !slices.ContainsFunc(list, func(have string) bool { return seal.EmailKey(have) == seal.EmailKey(one) }) {
			list = append(list, one)
		}
	}
	return list
}

// ErrChanged says that somebody else changed the company's settings since the caller read them. Nothing was changed.
var ErrChanged = errors.New("the settings were changed by somebody else in the meantime")

// SetSettings changes a company's choices in one transaction, with an audit row that tells them before and after; exports already on
// their way keep the old ones. It returns [ErrNotFound] for a company that nobody connected, [ErrChanged], or every [*SettingError]
// joined.
func (s *Store) SetSettings(ctx context.Context, org string, p Settings, by By) error {
	if err := errors.Join(p.understood().check()...); err != nil {
		return err
	}
	return s.InTx(ctx, "change settings", func(tx pgx.Tx) error {
		have, err := lockSettings(ctx, tx, org)
		switch {
		case err != nil:
			return err
		case have.revision == 0:
			return fmt.Errorf("company %q: %w", org, ErrNotFound)
		case p.Revision != nil && *p.Revision != have.revision:
			return ErrChanged
		}
		after, err := p.Apply(have.Choices, have.createdBy)
		if err != nil {
			return err
		}
		was, is := difference(have.Choices, after)
		if len(is) == 0 {
			return nil
		}
		if err := after.save(ctx, tx, org); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "UPDATE ghexport.integrations SET revision = revision + 1 WHERE org_id = $1", org); err != nil {
			return err
		}
		if err := AddAudit(ctx, tx, by, ledger.ActionOrgSet, org, map[string]any{"before": was, "after": is}); err != nil {
			return err
		}
		return WakeRelay(ctx, tx)
	})
}

// lockedSettings are a company's settings while its row is locked. Revision is 0 where there is no row.
type lockedSettings struct {
	Choices
	revision  int64
	version   int64
	createdBy string
	keyLast5  string
}

// lockSettings comes after every lock on exports and budgets.
func lockSettings(ctx context.Context, tx pgx.Tx, org string) (lockedSettings, error) {
	have := lockedSettings{Choices: InitialChoices()}
	c := &have.Choices
	err := tx.QueryRow(ctx, `
		SELECT i.revision, i.credential_version, coalesce(i.created_by, ''), coalesce(i.key_last5, ''), `+choicesShown+`
		  FROM ghexport.integrations i
		 WHERE i.org_id = $1
		   FOR NO KEY UPDATE`, org).
		Scan(&have.revision, &have.version, &have.createdBy, &have.keyLast5, &c.TimeZone, &c.Mode, &c.JobMap, &c.DefaultJobID, &c.PoolID,
			&c.PoolStageID, &c.Credit, &c.CreditTo, &c.SecondInterview, &c.ServerErrors, &c.InFlightCap, &c.NoticeEmails, &c.NoticeWebhook, &c.NoteFormat,
			&c.KeepPeopleDays)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return have, fmt.Errorf("read the settings: %w", err)
	}
	return have, nil
}

// save writes the choices of a company that exists and is locked.
func (c Choices) save(ctx context.Context, tx pgx.Tx, org string) error {
	done, err := tx.Exec(ctx, `
		UPDATE ghexport.integrations
		   SET time_zone = $2, mode = $3, job_map = $4, default_job_id = $5, prospect_pool_id = $6, prospect_pool_stage_id = $7,
		       credit = $8, credit_to = $9, second_interview = $10, server_errors = $11, in_flight_cap = $12, notice_emails = $13,
		       notice_webhook = $14, note_format = $15, keep_people_days = $16, updated_at = clock_timestamp()
		 WHERE org_id = $1`,
		org, c.TimeZone, c.Mode, c.JobMap, c.DefaultJobID, c.PoolID, c.PoolStageID, c.Credit, c.CreditTo, c.SecondInterview,
		c.ServerErrors, c.InFlightCap, c.NoticeEmails, c.NoticeWebhook, c.NoteFormat, c.KeepPeopleDays)
	if err != nil {
		return fmt.Errorf("save settings: %w", err)
	}
	if done.RowsAffected() == 0 {
		return fmt.Errorf("company %q: %w", org, ErrNotFound)
	}
	return nil
}

package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/interviewing-io/greenhouse-export/jobs"

	"github.com/interviewing-io/greenhouse-export/ledger"
)

// Waiting answers what becomes of what gathered while a company was off.
type Waiting string

// The answers. Without one, turning a company on for which something waits is refused.
const (
	WaitingUndecided Waiting = ""
	WaitingSend      Waiting = "send"
	WaitingDrop      Waiting = "drop"
)

// WaitingError refuses to turn a company on before somebody said what becomes of what waits. Nothing was changed.
type WaitingError struct {
	OrgID string
	Count int64
}

// Error says how many wait.
func (e *WaitingError) Error() string {
	return fmt.Sprintf("company %q has %d waiting: say whether to send or to drop them", e.OrgID, e.Count)
}

// Connect holds what a company is connected with.
type Connect struct {
	OrgID         string
	SealedKey     []byte // nil keeps the present key, its digest and its last five characters
	KeyDigest     []byte
	KeyLast5      string
	CreatedBy     string
	CreatedByName string
	CreatedByID   int64       // 0 when unknown
	Tested        bool        // this very credential has just passed the test
	Report        *TestReport // what that test found; nil keeps the one before
	Settings      Settings
	Enable        bool
	Waiting       Waiting // looked at only when this turns the company on
}

// Switched says what turning a company on or off came to.
type Switched struct {
	Changed bool  // false: it was that way already
	Waiting int64 // what waited and is now sent
	Dropped int64 // what waited and is now cancelled (dropped)
}

// Connect saves a company's credential and choices in one transaction and, when asked, turns it on. A change of key or created-by
// raises the credential's version, so that answers to the old one count for nothing; every hold of Greenhouse's ends. It may return
// a [*WaitingError], [ErrChanged] or every [*SettingError] joined, and then saved nothing. With [WaitingDrop] the company is turned on
// by [Store.Enable] once that is saved.
func (s *Store) Connect(ctx context.Context, c Connect, by By) (Switched, error) {
	if c.CreatedBy != "" {
		c.CreatedBy = jobs.PastedEmail(c.CreatedBy)
	}
	if err := c.check(); err != nil {
		return Switched{}, err
	}
	if c.Enable && c.Waiting == WaitingDrop {
		c.Enable, c.Waiting = false, WaitingUndecided
		if _, err := s.Connect(ctx, c, by); err != nil {
			return Switched{}, err
		}
		return s.Enable(ctx, c.OrgID, WaitingDrop, by)
	}
	var switched Switched
	err := s.InTx(ctx, "connect company", func(tx pgx.Tx) (err error) {
		switched = Switched{}
		enabled := false
		if c.Enable {
			if enabled, err = s.prepareEnable(ctx, tx, c.OrgID, c.Waiting, by, &switched); err != nil {
				return err
			}
		}
		if err := c.swapIn(ctx, tx, by); err != nil {
			return err
		}
		if c.Enable && !enabled {
			if err := setEnabled(ctx, tx, c.OrgID, by, &switched); err != nil {
				return err
			}
		}
		return WakeRelay(ctx, tx)
	})
	if err != nil {
		return Switched{}, err
	}
	return switched, nil
}

func (c Connect) check() error {
	wrong := c.Settings.understood().check()
	if c.OrgID == "" || len([]rune(c.OrgID)) > 200 {
		wrong = append(wrong, &SettingError{"org", "1 to 200 characters"})
	}
	if c.CreatedBy != "" && !IsEmail(c.CreatedBy) {
		wrong = append(wrong, &SettingError{"created_by", "the email of a Greenhouse user of the company"})
	}
	return errors.Join(wrong...)
}

// swapIn writes credential, choices and their audit row. The company's row is locked from here on.
func (c Connect) swapIn(ctx context.Context, tx pgx.Tx, by By) error {
	have, err := lockSettings(ctx, tx, c.OrgID)
	if err != nil {
		return err
	}
	if c.Settings.Revision != nil && *c.Settings.Revision != have.revision {
		return ErrChanged
	}
	createdBy := cmp.Or(c.CreatedBy, have.createdBy)
	after, err := c.Settings.Apply(have.Choices, createdBy)
	if err != nil {
		return err
	}
	if err := c.save(ctx, tx, by, have); err != nil {
		return err
	}
	if err := after.save(ctx, tx, c.OrgID); err != nil {
		return err
	}
	was, is := difference(have.Choices, after)
	if createdBy != have.createdBy {
		was["created_by"], is["created_by"] = have.createdBy, createdBy
	}
	if c.SealedKey != nil {
		was["key_last5"], is["key_last5"] = have.keyLast5, c.KeyLast5
	}
	return AddAudit(ctx, tx, by, ledger.ActionOrgConnect, c.OrgID, map[string]any{"before": was, "after": is, "tested": c.Tested})
}

// save writes the credential over the revision that the caller has locked, 0 where there was no row: of two who connect a company for
// the first time at once, the second gets [ErrChanged]. It ends holds where the credential is another one or has just been accepted:
// what Greenhouse refused may be over.
func (c Connect) save(ctx context.Context, tx pgx.Tx, by By, have lockedSettings) error {
	done, err := tx.Exec(ctx, `
		INSERT INTO ghexport.integrations AS i (org_id, sealed_key, key_last5, key_digest, key_set_at, key_set_by, credential_version,
		                                        created_by, created_by_name, created_by_id, tested_version, tested_at,
		                                        test_report)
		VALUES ($1, $2, CASE WHEN $2::bytea IS NOT NULL THEN $3 END, $4, CASE WHEN $2::bytea IS NOT NULL THEN clock_timestamp() END,
		        CASE WHEN $2::bytea IS NOT NULL THEN $5 END, 1, nullif($6, ''), nullif($7, ''), nullif($8::bigint, 0),
		        CASE WHEN $9 THEN 1 END, CASE WHEN $9 THEN clock_timestamp() END, $10)
		ON CONFLICT (org_id) DO UPDATE
		   SET sealed_key = coalesce(excluded.sealed_key, i.sealed_key),
		       key_last5 = coalesce(excluded.key_last5, i.key_last5),
		       key_digest = coalesce(excluded.key_digest, i.key_digest),
		       key_set_at = coalesce(excluded.key_set_at, i.key_set_at),
		       key_set_by = coalesce(excluded.key_set_by, i.key_set_by),
		       credential_version = `+newVersion+`,
		       created_by = coalesce(excluded.created_by, i.created_by),
		       created_by_name = CASE WHEN $9 THEN excluded.created_by_name ELSE `+keptPerson("created_by_name")+` END,
		       created_by_id = CASE WHEN $9 THEN excluded.created_by_id ELSE `+keptPerson("created_by_id")+` END,
		       tested_version = CASE WHEN $9 THEN `+newVersion+` ELSE i.tested_version END,
		       tested_at = coalesce(excluded.tested_at, i.tested_at),
		       test_report = CASE WHEN `+newVersion+` <> i.credential_version OR $10::jsonb IS NOT NULL
		                          THEN excluded.test_report ELSE i.test_report END,
		       revision = i.revision + 1, updated_at = clock_timestamp()
		 WHERE i.revision = $11`,
		c.OrgID, c.SealedKey, c.KeyLast5, c.KeyDigest, by.Actor, c.CreatedBy, c.CreatedByName, c.CreatedByID, c.Tested, c.Report,
		have.revision)
	if err != nil {
		return fmt.Errorf("save the credential: %w", err)
	}
	if done.RowsAffected() == 0 {
		return ErrChanged
	}
	// The trigger track_hold ends the hold's episode, as accepted where last_good_at moves and as replaced where it does not.
	_, err = tx.Exec(ctx, `
		UPDATE ghexport.integrations
		   SET `+endHold+`, refused_targets = '{}', decrypt_failed_at = CASE WHEN NOT $3 THEN decrypt_failed_at END,
		       last_good_at = CASE WHEN $2 THEN clock_timestamp() ELSE last_good_at END
		 WHERE org_id = $1 AND ($2 OR $3 OR credential_version <> $4)`, c.OrgID, c.Tested, c.Tested || c.SealedKey != nil, have.version)
	if err != nil {
		return fmt.Errorf("end the holds of the credential before: %w", err)
	}
	return nil
}

// newVersion is the credential's version after an upsert of integrations i. Sealing is random, so the key's digest tells a new key.
const newVersion = `i.credential_version
	+ (coalesce(excluded.key_digest, i.key_digest) IS DISTINCT FROM i.key_digest
	   OR coalesce(excluded.created_by, i.created_by) IS DISTINCT FROM i.created_by)::int`

// keptPerson returns what an untested upsert knows of the created-by user: what it brings, else what was known, unless it is somebody else.
func keptPerson(column string) string {
	return "coalesce(excluded." + column + ", CASE WHEN coalesce(excluded.created_by, i.created_by) = i.created_by THEN i." + column + " END)"
}

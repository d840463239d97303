package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/interviewing-io/greenhouse-export/ledger"
)

// probeClaim sets how long a look belongs to whoever claimed it. A node that dies with it leaves it to the next after that.
const probeClaim = time.Minute

// DueProbes claims companies that are due to be looked at, so that no two nodes ask Greenhouse about one, and commits: those held
// for a refusal or for a key that does not open, by their back-off, and once a day those that may send. End each with
// [Store.Looked] or [Store.PutOffLook]. Companies that are off are not asked about, nor are those whose look still lies in River's
// queue because nobody takes it.
func (s *Store) DueProbes(ctx context.Context, limit int) ([]string, error) {
	rows, err := s.Pool.Query(ctx, `
		WITH due AS (
			SELECT i.org_id, `+RefusedNow+` AS held
			  FROM ghexport.integrations i
			 WHERE (i.probe_at <= statement_timestamp() AND `+RefusedNow+` -- integrations_probe
			        OR i.check_at <= statement_timestamp() AND NOT `+RefusedNow+` AND i.tested_version = i.credential_version) -- integrations_check
			   AND i.enabled AND i.sealed_key IS NOT NULL AND i.created_by IS NOT NULL
			   AND NOT EXISTS (SELECT FROM ghexport.control c WHERE c.stopped_at IS NOT NULL)
			   AND NOT EXISTS (SELECT FROM ghexport.river_job j -- river_job_prioritized_fetching_index
			                    WHERE j.state = 'available' AND j.queue = 'probe' AND j.args ->> 'org_id' = i.org_id)
			 ORDER BY held DESC, CASE WHEN `+RefusedNow+` THEN i.probe_at ELSE i.check_at END
			 LIMIT $1
			   FOR NO KEY UPDATE SKIP LOCKED
		)
		UPDATE ghexport.integrations i
		   SET probe_at = CASE WHEN due.held THEN clock_timestamp() + $2::interval ELSE i.probe_at END,
		       check_at = CASE WHEN due.held THEN i.check_at ELSE clock_timestamp() + $2::interval END
		  FROM due
		 WHERE i.org_id = due.org_id
		RETURNING i.org_id`, limit, probeClaim)
	if err != nil {
		return nil, fmt.Errorf("claim probes: %w", err)
	}
	due, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, fmt.Errorf("claim probes: %w", err)
	}
	return due, nil
}

// RefusedNow is true of an integration i that looks may release.
const RefusedNow = "(i.hold_cause IS NOT NULL OR i.decrypt_failed_at IS NOT NULL)"

// Look holds what one look at a stored credential found out.
type Look struct {
	OrgID             string
	CredentialVersion int64 // that was looked at
	Answer            CheckAnswer
	Cause             ledger.Cause // of a refusal: auth.rejected, permission.denied, or decrypt.failed for a key that did not open
	Status            int          // HTTP; 0 when no answer came
	Detail            string       // Greenhouse's words; cleaned and capped here
	UserName          string       // accepted: the user's name, which may have changed
}

// LookEffect names what a look did to its company.
type LookEffect string

// The effects.
const (
	LookOutdated LookEffect = ""         // nothing: the credential is newer than the look
	LookReleased LookEffect = "released" // it was held and may send again; what waited is sent
	LookTrial    LookEffect = "trial"    // reading is allowed again, so one export may try whether creating is
	LookHeld     LookEffect = "held"     // it may not send: since now or still
	LookNothing  LookEffect = "nothing"  // it may send as before, or nothing was learned
)

// Looked writes down what a look found out, and holds, releases or leaves the company accordingly, in one transaction. Of a company
// held for permission.denied or refusing a passed look lets one export through instead of releasing it, as only a creation can tell whether
// creating is allowed again; with nothing due the next export is that trial, and a trial under way stays the only one.
func (s *Store) Looked(ctx context.Context, l Look) (LookEffect, error) {
	l.Detail = ledger.Clean(l.Detail, DetailCap)
	effect := LookOutdated
	err := s.InTx(ctx, "write down a look", func(tx pgx.Tx) error {
		effect = LookOutdated
		var held bool
		var cause ledger.Cause
		err := tx.QueryRow(ctx, `
			SELECT `+RefusedNow+`, coalesce(i.hold_cause, '')
			  FROM ghexport.integrations i
			 WHERE i.org_id = $1 AND i.credential_version = $2
			   FOR NO KEY UPDATE`, l.OrgID, l.CredentialVersion).Scan(&held, &cause)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		var change string
		effect, change = l.follow(held, cause)
		kind := CheckDaily
		if held {
			kind = CheckProbe
		}
		_, err = tx.Exec(ctx, `
			WITH held AS (
				UPDATE ghexport.integrations
				   SET created_by_name = coalesce(nullif($6, ''), created_by_name), `+change+`
				 WHERE org_id = $1 AND credential_version = $2
				RETURNING *
			)`+logCheck(kind, l.Answer, "nullif($3, '')", "nullif($4, '')", "nullif($5::int, 0)"),
			l.OrgID, l.CredentialVersion, string(l.Cause), l.Detail, l.Status, ledger.Clean(l.UserName, DetailCap))
		if err != nil {
			return err
		}
		if effect == LookReleased || effect == LookTrial {
			return WakeRelay(ctx, tx)
		}
		return nil
	})
	return effect, err
}

// follow chooses what becomes of a company that is held for cause or not held. It returns the columns to set;
// from them the trigger track_hold writes the history of holds, and last_good_at tells it that Greenhouse accepted the credential.
func (l Look) follow(held bool, cause ledger.Cause) (LookEffect, string) {
	const accepted = "last_good_at = clock_timestamp(), decrypt_failed_at = NULL, "
	switch {
	case l.Answer == CheckAccepted && held && (cause == ledger.CausePermissionDenied || cause == ledger.CauseRefusing):
		return LookTrial, accepted + startTrial
	case l.Answer == CheckAccepted && held:
		return LookReleased, accepted + endHold
	case l.Answer == CheckAccepted:
		return LookNothing, "last_good_at = clock_timestamp(), check_at = " + checkNext
	case l.Answer == CheckRefused && l.Cause == ledger.CauseDecryptFailed:
		return LookHeld, "decrypt_failed_at = coalesce(decrypt_failed_at, clock_timestamp()), probe_at = " + probeAgain + ", probes = probes + 1"
	case l.Answer == CheckRefused && cause != ledger.CauseNone:
		return LookHeld, "decrypt_failed_at = NULL, " + keepHold
	case l.Answer == CheckRefused:
		return LookHeld, "decrypt_failed_at = NULL, refused = 0, " + beginHold
	case held:
		return LookHeld, "probe_at = " + probeAgain + ", probes = probes + 1"
	default:
		return LookNothing, "check_at = clock_timestamp() + interval '15 minutes'"
	}
}

// startTrial lets one export of a company held for permission.denied or refusing pass. A trial under way stays the only one.
const startTrial = `
	       trial_at = CASE WHEN ` + trialUnderWay + ` THEN trial_at ELSE clock_timestamp() END,
	       trial_export_id = CASE WHEN ` + trialUnderWay + ` THEN trial_export_id END,
	       probe_at = ` + probeAgain + `, probes = probes + 1`

const trialUnderWay = "EXISTS (SELECT FROM ghexport.exports e WHERE e.id = integrations.trial_export_id AND e.job_id IS NOT NULL)"

// PutOffLook looks again soon, for a look that could not be made. It counts for nothing.
func (s *Store) PutOffLook(ctx context.Context, org string, credentialVersion int64) error {
	_, err := s.Pool.Exec(ctx, `
		UPDATE ghexport.integrations i
		   SET probe_at = CASE WHEN `+RefusedNow+` THEN `+probeSoon+` END,
		       check_at = CASE WHEN `+RefusedNow+` THEN i.check_at ELSE `+probeSoon+` END
		 WHERE i.org_id = $1 AND i.credential_version = $2`, org, credentialVersion)
	if err != nil {
		return fmt.Errorf("put off a look at company %q: %w", org, err)
	}
	return nil
}

// ProbeNow makes a company due to be looked at at once, and records who asked. It returns false, and changes nothing, where
// Greenhouse does not refuse it and its key opens: then there is nothing to look at.
func (s *Store) ProbeNow(ctx context.Context, org string, by By) (bool, error) {
	return s.switchOrg(ctx, ledger.ActionOrgProbe, org, by, "(hold_cause IS NOT NULL OR decrypt_failed_at IS NOT NULL)",
		"probe_at = clock_timestamp()")
}

package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// Settings is a change of a company's choices: nil leaves one as it is.
type Settings struct {
	TimeZone        *string          // IANA name; "" clears it
	Mode            *string          // "prospect" or "candidate"
	JobMap          map[string]int64 // the whole map; an empty one clears it
	PoolID          *int64           // 0 clears it
	PoolStageID     *int64           // 0 clears it
	Credit          *string          // "created_by" or "interviewer"
	SecondInterview *string          // "hold", "create" or "skip"
	ServerErrors    *string          // "retry" or "ask"
	InFlightCap     *int             // exports at once, 1 to 64
}

// SettingError says which setting cannot be as asked, and what it may be. Nothing was changed.
type SettingError struct {
	Field string
	Must  string
}

// Error names the setting.
func (e *SettingError) Error() string { return e.Field + " must be " + e.Must }

// check returns every wrong setting at once, each a [*SettingError].
func (p Settings) check() error {
	var wrong []error
	oneOf := func(field string, value *string, allowed ...string) {
		if value != nil && !slices.Contains(allowed, *value) {
			wrong = append(wrong, &SettingError{field, "one of " + strings.Join(allowed, ", ")})
		}
	}
	oneOf("mode", p.Mode, "prospect", "candidate")
	oneOf("credit", p.Credit, "created_by", "interviewer")
	oneOf("second_interview", p.SecondInterview, "hold", "create", "skip")
	oneOf("server_errors", p.ServerErrors, "retry", "ask")
	if p.TimeZone != nil && *p.TimeZone != "" {
		if _, err := time.LoadLocation(*p.TimeZone); err != nil || *p.TimeZone == "Local" {
			wrong = append(wrong, &SettingError{"time_zone", "an IANA name such as America/Los_Angeles"})
		}
	}
	if p.InFlightCap != nil && (*p.InFlightCap < 1 || *p.InFlightCap > 64) {
		wrong = append(wrong, &SettingError{"in_flight_cap", "1 to 64"})
	}
	for role, job := range p.JobMap {
		if role == "" || job <= 0 {
			wrong = append(wrong, &SettingError{"job_map", "names of roles, each with the id of a Greenhouse job"})
			break
		}
	}
	return errors.Join(wrong...)
}

// SetSettings changes a company's choices in one transaction, with an audit row that tells them; exports already on their way keep
// the old ones. It returns [ErrNotFound] for a company that nobody connected, or every [*SettingError] joined.
func (s *Store) SetSettings(ctx context.Context, org string, p Settings, by By) error {
	if err := p.check(); err != nil {
		return err
	}
	return s.inTx(ctx, "change settings", func(tx pgx.Tx) error {
		changed, err := p.save(ctx, tx, org)
		if err != nil {
			return err
		}
		if len(changed) == 0 {
			return mustExist(ctx, tx, org)
		}
		if err := addAudit(ctx, tx, by, "org set", org, changed); err != nil {
			return err
		}
		return wakeRelay(ctx, tx)
	})
}

// save writes what is not nil and returns it under the columns' names.
func (p Settings) save(ctx context.Context, tx pgx.Tx, org string) (map[string]any, error) {
	changed := map[string]any{}
	for column, value := range map[string]*string{
		"time_zone": p.TimeZone, "mode": p.Mode, "credit": p.Credit, "second_interview": p.SecondInterview, "server_errors": p.ServerErrors,
	} {
		if value != nil {
			changed[column] = *value
		}
	}
	for column, value := range map[string]*int64{"prospect_pool_id": p.PoolID, "prospect_pool_stage_id": p.PoolStageID} {
		if value != nil {
			changed[column] = *value
		}
	}
	if p.InFlightCap != nil {
		changed["in_flight_cap"] = *p.InFlightCap
	}
	var jobs []byte
	if p.JobMap != nil {
		changed["job_map"] = p.JobMap
		jobs, _ = json.Marshal(p.JobMap) // a map of numbers always marshals
	}
	if len(changed) == 0 {
		return changed, nil
	}
	done, err := tx.Exec(ctx, `
		UPDATE ghexport.integrations
		   SET time_zone = CASE WHEN $2::text IS NULL THEN time_zone ELSE nullif($2, '') END,
		       mode = coalesce($3, mode),
		       job_map = coalesce($4::jsonb, job_map),
		       prospect_pool_id = CASE WHEN $5::bigint IS NULL THEN prospect_pool_id ELSE nullif($5, 0) END,
		       prospect_pool_stage_id = CASE WHEN $6::bigint IS NULL THEN prospect_pool_stage_id ELSE nullif($6, 0) END,
		       credit = coalesce($7, credit),
		       second_interview = coalesce($8, second_interview),
		       server_errors = coalesce($9, server_errors),
		       in_flight_cap = coalesce($10, in_flight_cap),
		       updated_at = clock_timestamp()
		 WHERE org_id = $1`,
		org, p.TimeZone, p.Mode, jobs, p.PoolID, p.PoolStageID, p.Credit, p.SecondInterview, p.ServerErrors, p.InFlightCap)
	if err != nil {
		return nil, fmt.Errorf("save settings: %w", err)
	}
	if done.RowsAffected() == 0 {
		return nil, fmt.Errorf("company %q: %w", org, ErrNotFound)
	}
	return changed, nil
}

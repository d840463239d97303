package rights

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/interviewing-io/greenhouse-export/store"
)

// GrantKind names whom rights are for.
type GrantKind string

// The kinds of role.
const (
	GrantProducer GrantKind = "producer" // may enqueue, and read nothing but the status of what it names
	GrantService  GrantKind = "service"  // what `serve` needs; the audit trail it can only add to
	GrantViewer   GrantKind = "viewer"   // may read what holds neither personal data nor secrets
)

// The tables that the service's role changes, ours and River's. A test holds these lists against the catalogue.
var (
	serviceTables = []string{
		"answers", "aside", "attempt_hours", "attempt_slices", "attempts", "bodies", "budgets", "carried", "changes", "checks",
		"console_links", "console_sessions", "control", "door_counts", "exports", "gone_profiles", "hook_events", "hooks",
		"integrations", "made_links", "nodes", "notices", "outbox", "presences", "rejected", "revisions", "run_members", "runs",
		"sources", "state_counts", "test_candidates", "traces", "tracking", "tracking_links", "tracks", "turn_changes",
		"turn_counts", "turn_notices", "turn_relay", "turn_runs",
		"turn_slices", "waves",
		"river_job", "river_leader", "river_notification", "river_queue",
	}
	// The service only reads holds: the triggers track_hold and count_released write it with their owner's rights.
	serviceReads = []string{"goose_db_version", "holds", "river_migration", "time_zones"}
	viewerTables = []string{
		"attempt_hours", "attempt_slices", "attempts", "audit", "budgets", "carried", "changes", "exports",
		"gone_profiles", "holds", "hook_events", "nodes", "presences", "revisions", "river_job", "river_queue",
		"run_members", "runs", "sources", "state_counts", "test_candidates", "tracking", "tracking_links", "tracks",
		"waves",
	}

	// viewerColumns are the columns of tables that also hold a secret, or words with personal data in them.
	viewerColumns = map[string][]string{
		"checks": {
			"id", "org_id", "at", "kind", "answer", "cause", "status", "detail", "credential_version", "key_last5", "created_by",
		},
		"control": {
			"one", "stopped_at", "stopped_by", "stopped_reason", "released_at", "needs_version", "system_identifier", "timeline",
			"database_oid", "control_oid", "confirmed_at", "doubt", "doubted_at", "sent_followed_to", "changes_told",
		},
		"hooks": {
			"org_id", "before_until", "made_at", "made_by", "ping_at", "last_at", "last_action", "refused_at", "refused", "unused", "unused_action",
		},
		"integrations": {
			"org_id", "enabled", "key_last5", "key_set_at", "key_set_by", "credential_version", "created_by", "created_by_name",
			"created_by_id", "tested_version", "tested_at", "time_zone", "mode", "job_map", "prospect_pool_id",
			"prospect_pool_stage_id", "credit", "second_interview", "server_errors", "in_flight_cap", "paused_at", "paused_by",
			"paused_reason", "decrypt_failed_at", "hold_cause", "hold_since", "hold_detail", "probe_at", "probes", "trial_at",
			"trial_export_id", "released_at", "last_good_at", "created_at", "updated_at", "credit_to", "default_job_id", "notice_emails",
			"notice_webhook", "revision", "switched_at", "switched_by", "test_report", "jobs_seen", "jobs_seen_at", "pools_seen",
			"pools_seen_at", "refused", "check_at", "suspects", "suspect_targets", "refused_targets", "deaths", "deaths_of",
			"test_since", "test_by", "test_sends", "keep_people_days", "note_format",
		},
		"notices": {
			"id", "key", "kind", "org_id", "hold_id", "cause", "since", "days", "waiting", "unknown", "duplicate", "companies", "channel",
			"message", "state", "due_at", "attempts", "attempt", "deadline", "created_at", "told_from", "sent_at", "changes",
		},
		"rejected": {
			"id", "org_id", "interview_id", "version", "schema_version", "cause", "detail", "enqueued_at", "rejected_at",
		},
	}
	viewerFunctions   = []string{"held(text)"}
	producerFunctions = []string{"enqueue(jsonb)", "validate(jsonb)", "status(text, text)", "changes(bigint, integer)"}
)

// GrantSQL writes the statements that give a role its rights, for a person to read or run. Running them twice does no harm; they
// revoke nothing. After a migration that adds a table they must be run again.
func GrantSQL(kind GrantKind, role string) (string, error) {
	if role == "" {
		return "", fmt.Errorf("grant: no role is named")
	}
	to := " TO " + pgx.Identifier{role}.Sanitize() + ";\n"
	var b strings.Builder
	b.WriteString("GRANT USAGE ON SCHEMA ghexport" + to)
	tables := func(rights string, names []string) {
		b.WriteString("GRANT " + rights + " ON " + qualified(names) + to)
	}
	switch kind {
	case GrantProducer:
		b.WriteString("GRANT EXECUTE ON FUNCTION " + qualified(producerFunctions) + to)
	case GrantService:
		tables("SELECT, INSERT, UPDATE, DELETE", serviceTables)
		tables("SELECT, INSERT", []string{"audit"})
		tables("SELECT", serviceReads)
		b.WriteString("GRANT USAGE, SELECT, UPDATE ON ALL SEQUENCES IN SCHEMA ghexport" + to)
		b.WriteString("GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA ghexport" + to)
	case GrantViewer:
		tables("SELECT", viewerTables)
		for _, table := range []string{"checks", "control", "hooks", "integrations", "notices", "rejected"} {
			tables("SELECT ("+strings.Join(viewerColumns[table], ", ")+")", []string{table})
		}
		b.WriteString("GRANT EXECUTE ON FUNCTION " + qualified(viewerFunctions) + to)
	default:
		return "", fmt.Errorf("grant: %q is no kind of role", kind)
	}
	return b.String(), nil
}

func qualified(names []string) string {
	list := make([]string, len(names))
	for i, name := range names {
		list[i] = "ghexport." + name
	}
	return strings.Join(list, ", ")
}

// Grant gives a role its rights in one transaction, and looks whether it now has them: else it returns a [RightsError] and nothing is
// changed. The role must exist, and whoever runs this must own the tables. Safe to repeat.
func (s Store) Grant(ctx context.Context, kind GrantKind, role string) error {
	statements, err := GrantSQL(kind, role)
	if err != nil {
		return err
	}
	return s.InTx(ctx, "grant", func(tx pgx.Tx) error {
		var exists bool
		if err := tx.QueryRow(ctx, "SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1)", role).Scan(&exists); err != nil {
			return err
		}
		if !exists {
			return fmt.Errorf("role %q: %w; create it first", role, store.ErrNotFound)
		}
		if _, err := tx.Exec(ctx, statements); err != nil {
			return fmt.Errorf("role %q: %w", role, err)
		}
		return checkGrant(ctx, tx, kind, role)
	})
}

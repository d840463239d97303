package erasure

// textColumn is a column of ours that holds text of any kind, and what [Store.Erase] does about a person's words in it.
type textColumn struct {
	table, column string
	does          eraseDoes
	key           string // of free text: names the row to a reader, as SQL of row t
	own           string // of free text: true for a row t of the exports $2 and bodies $3 that are erased, as SQL
}

// eraseDoes names what erasing does with a column.
type eraseDoes string

// The ways. A test holds textColumns against the catalogue, so that nobody adds a column without choosing one.
const (
	eraseNothing  eraseDoes = "nothing"  // holds words of ours, ids, names of our own or a company's people: never a candidate's
	eraseTakes    eraseDoes = "takes"    // goes with the person's rows, as a whole
	eraseReplaces eraseDoes = "replaces" // may quote anybody: the person's words are replaced wherever they are
	eraseLists    eraseDoes = "lists"    // may quote anybody, and is not ours to change: shown for a person to look at
)

// textColumns are all columns of our tables that hold text, lists of texts or JSON.
var textColumns = []textColumn{
	{table: "answers", column: "words", does: eraseReplaces, key: "'body ' || t.body_id", own: "t.body_id = ANY ($3)"},
	{table: "aside", column: "message", does: eraseTakes},
	{table: "attempt_hours", column: "org_id", does: eraseNothing},
	{table: "attempt_hours", column: "outcome", does: eraseNothing},
	{table: "attempt_hours", column: "cause", does: eraseNothing},
	{table: "attempt_slices", column: "outcome", does: eraseNothing},
	{table: "attempt_slices", column: "cause", does: eraseNothing},
	{table: "attempts", column: "outcome", does: eraseNothing},
	{table: "attempts", column: "cause", does: eraseNothing},
	{table: "attempts", column: "detail", does: eraseReplaces, key: "'export ' || t.export_id || ', attempt ' || t.number", own: "t.export_id = ANY ($2)"},
	{table: "audit", column: "actor", does: eraseNothing},
	{table: "audit", column: "action", does: eraseNothing},
	{table: "audit", column: "org_id", does: eraseNothing},
	{table: "audit", column: "reason", does: eraseLists, key: "'entry ' || t.id", own: "false"}, // add-only
	{table: "audit", column: "detail", does: eraseLists, key: "'entry ' || t.id", own: "false"},
	{table: "audit", column: "origin", does: eraseNothing},
	{table: "audit", column: "method", does: eraseNothing},
	{table: "bodies", column: "org_id", does: eraseNothing},
	{table: "bodies", column: "interview_id", does: eraseNothing},
	{table: "bodies", column: "first_name", does: eraseTakes},
	{table: "bodies", column: "last_name", does: eraseTakes},
	{table: "bodies", column: "email", does: eraseTakes},
	{table: "bodies", column: "linkedin", does: eraseTakes},
	{table: "bodies", column: "note", does: eraseLists, key: "'body ' || t.id || ', interview ' || t.interview_id", own: "t.id = ANY ($3)"}, // what is sent of others is theirs
	{table: "bodies", column: "interviewer_name", does: eraseTakes},
	{table: "bodies", column: "interviewer_email", does: eraseTakes},
	{table: "carried", column: "source", does: eraseNothing},
	{table: "carried", column: "org_id", does: eraseNothing},
	{table: "carried", column: "interview_id", does: eraseNothing},
	{table: "changes", column: "org_id", does: eraseNothing},
	{table: "changes", column: "interview_id", does: eraseNothing},
	{table: "changes", column: "what", does: eraseNothing},
	{table: "changes", column: "status", does: eraseNothing},
	{table: "changes", column: "stage", does: eraseNothing}, // the company's names of its stages and jobs
	{table: "changes", column: "job", does: eraseNothing},
	{table: "checks", column: "org_id", does: eraseNothing},
	{table: "checks", column: "kind", does: eraseNothing},
	{table: "checks", column: "answer", does: eraseNothing},
	{table: "checks", column: "cause", does: eraseNothing},
	{table: "checks", column: "detail", does: eraseReplaces, key: "'look ' || t.id", own: "false"},
	{table: "checks", column: "key_last5", does: eraseNothing},
	{table: "checks", column: "created_by", does: eraseNothing},
	{table: "console_links", column: "org_id", does: eraseNothing},
	{table: "console_sessions", column: "name", does: eraseNothing},
	{table: "console_sessions", column: "role", does: eraseNothing},
	{table: "console_sessions", column: "org_id", does: eraseNothing},
	{table: "console_sessions", column: "method", does: eraseNothing},
	{table: "control", column: "stopped_by", does: eraseNothing},
	{table: "control", column: "stopped_reason", does: eraseReplaces, key: "'the stop'", own: "false"},
	{table: "control", column: "system_identifier", does: eraseNothing},
	{table: "control", column: "timeline", does: eraseNothing},
	{table: "control", column: "doubt", does: eraseNothing},
	{table: "exports", column: "org_id", does: eraseNothing},
	{table: "exports", column: "interview_id", does: eraseNothing},
	{table: "exports", column: "candidate_id", does: eraseTakes},
	{table: "exports", column: "state", does: eraseNothing},
	{table: "exports", column: "cause", does: eraseNothing},
	{table: "exports", column: "detail", does: eraseReplaces, key: "'export ' || t.id", own: "t.id = ANY ($2)"},
	{table: "exports", column: "flags", does: eraseNothing},
	{table: "exports", column: "job", does: eraseNothing},         // a role, as the producer names it
	{table: "exports", column: "profile_url", does: eraseNothing}, // Greenhouse's ids
	{table: "exports", column: "died_of", does: eraseReplaces, key: "'export ' || t.id", own: "t.id = ANY ($2)"},
	{table: "exports", column: "died_version", does: eraseNothing},
	{table: "holds", column: "org_id", does: eraseNothing},
	{table: "holds", column: "cause", does: eraseNothing},
	{table: "holds", column: "detail", does: eraseLists, key: "'hold ' || t.id || ' of ' || t.org_id", own: "false"}, // a trigger alone writes it
	{table: "holds", column: "key_last5", does: eraseNothing},
	{table: "holds", column: "created_by", does: eraseNothing},
	{table: "holds", column: "ended", does: eraseNothing},
	{table: "gone_profiles", column: "org_id", does: eraseNothing},
	{table: "hook_events", column: "org_id", does: eraseNothing},
	{table: "hook_events", column: "action", does: eraseNothing},
	{table: "hook_events", column: "profile_url", does: eraseNothing}, // Greenhouse's ids
	{table: "hook_events", column: "status", does: eraseNothing},
	{table: "hook_events", column: "stage", does: eraseNothing}, // as the company names it
	{table: "hook_events", column: "job", does: eraseNothing},   // likewise
	{table: "hook_events", column: "outcome", does: eraseNothing},
	{table: "hooks", column: "org_id", does: eraseNothing},
	{table: "hooks", column: "made_by", does: eraseNothing},
	{table: "hooks", column: "last_action", does: eraseNothing},
	{table: "hooks", column: "unused_action", does: eraseNothing},
	{table: "integrations", column: "org_id", does: eraseNothing},
	{table: "integrations", column: "key_last5", does: eraseNothing},
	{table: "integrations", column: "key_set_by", does: eraseNothing},
	{table: "integrations", column: "created_by", does: eraseNothing},
	{table: "integrations", column: "created_by_name", does: eraseNothing},
	{table: "integrations", column: "time_zone", does: eraseNothing},
	{table: "integrations", column: "mode", does: eraseNothing},
	{table: "integrations", column: "job_map", does: eraseNothing},
	{table: "integrations", column: "credit", does: eraseNothing},
	{table: "integrations", column: "second_interview", does: eraseNothing},
	{table: "integrations", column: "server_errors", does: eraseNothing},
	{table: "integrations", column: "paused_by", does: eraseNothing},
	{table: "integrations", column: "paused_reason", does: eraseReplaces, key: "'company ' || t.org_id", own: "false"},
	{table: "integrations", column: "hold_cause", does: eraseNothing},
	{table: "integrations", column: "hold_detail", does: eraseReplaces, key: "'company ' || t.org_id", own: "false"},
	{table: "integrations", column: "credit_to", does: eraseNothing}, // users of the company
	{table: "integrations", column: "notice_emails", does: eraseNothing},
	{table: "integrations", column: "switched_by", does: eraseNothing},
	{table: "integrations", column: "test_report", does: eraseNothing}, // of a test that sends nobody
	{table: "integrations", column: "jobs_seen", does: eraseNothing},
	{table: "integrations", column: "pools_seen", does: eraseNothing},
	{table: "integrations", column: "suspect_targets", does: eraseNothing}, // ids of jobs and pools
	{table: "integrations", column: "refused_targets", does: eraseNothing},
	{table: "integrations", column: "deaths_of", does: eraseReplaces, key: "'company ' || t.org_id", own: "false"},
	{table: "integrations", column: "test_by", does: eraseNothing},
	{table: "made_links", column: "org_id", does: eraseNothing},
	{table: "made_links", column: "who", does: eraseNothing}, // of a company's admins
	{table: "made_links", column: "made_by", does: eraseNothing},
	{table: "made_links", column: "role", does: eraseNothing},
	{table: "nodes", column: "host", does: eraseNothing},
	{table: "nodes", column: "version", does: eraseNothing},
	{table: "nodes", column: "trouble", does: eraseNothing},
	{table: "nodes", column: "trouble_kind", does: eraseNothing},
	{table: "notices", column: "key", does: eraseNothing},
	{table: "notices", column: "kind", does: eraseNothing},
	{table: "notices", column: "org_id", does: eraseNothing},
	{table: "notices", column: "cause", does: eraseNothing},
	{table: "notices", column: "companies", does: eraseNothing},
	{table: "notices", column: "channel", does: eraseNothing},
	{table: "notices", column: "recipient", does: eraseNothing},
	{table: "notices", column: "state", does: eraseNothing},
	{table: "notices", column: "detail", does: eraseReplaces, key: "'notice ' || t.id", own: "false"},
	{table: "notices", column: "changes", does: eraseNothing}, // stages and jobs, as in changes
	{table: "outbox", column: "org_id", does: eraseNothing},
	{table: "outbox", column: "interview_id", does: eraseNothing},
	{table: "outbox", column: "message", does: eraseTakes},
	{table: "rejected", column: "org_id", does: eraseNothing},
	{table: "rejected", column: "interview_id", does: eraseNothing},
	{table: "rejected", column: "message", does: eraseTakes},
	{table: "rejected", column: "cause", does: eraseNothing},
	{table: "rejected", column: "detail", does: eraseReplaces, key: "'message ' || t.id", own: "false"},
	{table: "revisions", column: "fields", does: eraseNothing},
	{table: "revisions", column: "actor", does: eraseNothing},
	{table: "run_members", column: "org_id", does: eraseNothing},
	{table: "run_members", column: "state", does: eraseNothing},
	{table: "run_members", column: "cause", does: eraseNothing},
	{table: "run_members", column: "because", does: eraseReplaces, key: "'export ' || t.export_id || ' of run ' || t.run_id", own: "false"},
	{table: "runs", column: "kind", does: eraseNothing},
	{table: "runs", column: "state", does: eraseNothing},
	{table: "runs", column: "because", does: eraseReplaces, key: "'run ' || t.id", own: "false"},
	{table: "runs", column: "actor", does: eraseNothing},
	{table: "runs", column: "reason", does: eraseReplaces, key: "'run ' || t.id", own: "false"},
	{table: "runs", column: "ticket", does: eraseReplaces, key: "'run ' || t.id", own: "false"},
	{table: "runs", column: "selected", does: eraseReplaces, key: "'run ' || t.id", own: "false"},
	{table: "sources", column: "name", does: eraseNothing},
	{table: "sources", column: "trouble_kind", does: eraseNothing},
	{table: "sources", column: "trouble", does: eraseNothing}, // what a database or the network says, without a message's content
	{table: "state_counts", column: "state", does: eraseNothing},
	{table: "time_zones", column: "name", does: eraseNothing},
	{table: "tracking", column: "org_id", does: eraseNothing},
	{table: "tracking_links", column: "org_id", does: eraseNothing},
	{table: "tracking_links", column: "url", does: eraseNothing}, // of a job
	{table: "tracking_links", column: "job", does: eraseNothing},
	{table: "tracking_links", column: "source", does: eraseNothing},   // what Greenhouse calls us
	{table: "tracking_links", column: "referrer", does: eraseNothing}, // a user of the company
	{table: "tracking_links", column: "created_by", does: eraseNothing},
	{table: "tracking_links", column: "made_by", does: eraseNothing},
	{table: "tracks", column: "org_id", does: eraseNothing},
	{table: "tracks", column: "status", does: eraseNothing},
	{table: "tracks", column: "stage", does: eraseNothing},
	{table: "tracks", column: "job", does: eraseNothing},
	{table: "tracks", column: "gone", does: eraseNothing},
	{table: "test_candidates", column: "org_id", does: eraseNothing},
	{table: "test_candidates", column: "interview_id", does: eraseNothing},
	{table: "test_candidates", column: "made_by", does: eraseNothing},
	{table: "traces", column: "org_id", does: eraseNothing},
	{table: "traces", column: "interview_id", does: eraseNothing},
	{table: "traces", column: "traceparent", does: eraseNothing}, // hexadecimal digits, or it would not be there
	{table: "waves", column: "companies", does: eraseNothing},
}

// TextColumns tells of each column that holds text what erasing does about it, by "table.column".
func TextColumns() map[string]string {
	all := map[string]string{}
	for _, c := range textColumns {
		all[c.table+"."+c.column] = string(c.does)
	}
	return all
}

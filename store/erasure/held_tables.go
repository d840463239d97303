package erasure

// heldTable is a table that holds something about a person, and how its rows are found.
type heldTable struct {
	table, what string
	of          string   // true for a row t of the person, as SQL; see sql
	without     []string // columns that are not shown: see leftOut
}

// Rows are found by the exports e, the bodies b, the interviews k or Greenhouse's ids g of the person.
const (
	heldByExport    = "t.export_id IN (SELECT e.id FROM e)"
	heldByInterview = "(t.org_id, t.interview_id) IN (SELECT k.org_id, k.interview_id FROM k)"
)

// sql selects the rows of exports $1, bodies $2 and interviews $3 and $4, without the columns $5.
func (h heldTable) sql() string {
	return `
		WITH e AS MATERIALIZED (SELECT unnest($1::bigint[]) AS id),
		     b AS MATERIALIZED (SELECT unnest($2::bigint[]) AS id),
		     k AS MATERIALIZED (SELECT DISTINCT * FROM unnest($3::text[], $4::text[]) AS k(org_id, interview_id)),
		     g AS MATERIALIZED (
			SELECT x.org_id, x.greenhouse_candidate_id AS id FROM ghexport.exports x WHERE x.id = ANY ($1) AND x.greenhouse_candidate_id IS NOT NULL
			UNION
			SELECT x.org_id, x.greenhouse_candidate_id FROM ghexport.tracks x WHERE x.export_id = ANY ($1)
		     )
		SELECT r.row FROM (SELECT jsonb_strip_nulls(to_jsonb(t) - $5::text[]) AS row FROM ghexport.` + h.table + ` t WHERE ` + h.of + `) r ORDER BY r.row`
}

// heldTables are all that hold something about a person; a test holds them, with heldElsewhere, against the catalogue.
var heldTables = []heldTable{
	{"exports", "an interview in the ledger", "t.id IN (SELECT e.id FROM e)", []string{"content_digest", "candidate_digest", "email_digest"}},
	{"bodies", "what is or was to be sent", "t.id IN (SELECT b.id FROM b)", []string{"interviewer_email"}},
	{"revisions", "an edit of what is sent", heldByExport, []string{"actor"}},
	{"answers", "what Greenhouse answered where it did not accept it, in its words", "t.body_id IN (SELECT b.id FROM b)", nil},
	{"attempts", "an attempt to send it", heldByExport, nil},
	{"outbox", "a message of the producer that waits", heldByInterview, nil},
	{"aside", "a message of the producer that is kept for later", heldByExport, nil},
	{"carried", "that a message came from the producer’s own database", heldByInterview, nil},
	{"rejected", "a message of the producer that could not be read", heldByInterview, nil},
	{"presences", "a person’s word that it is in Greenhouse", heldByExport, nil},
	{"tracks", "where the candidate stands in Greenhouse", heldByExport, nil},
	{"changes", "a change of that", heldByExport, nil},
	{"hook_events", "an event of Greenhouse about the candidate", "(t.org_id, t.candidate_id) IN (SELECT g.org_id, g.id FROM g)", []string{"key", "candidate_digest"}},
	{"gone_profiles", "a profile that is gone from Greenhouse", "(t.org_id, t.candidate_id) IN (SELECT g.org_id, g.id FROM g)", nil},
	{"traces", "the producer’s trace", heldByInterview, nil},
	{"run_members", "a replay that it was part of", heldByExport, nil},
	{"audit", "what people did with it", heldByExport, []string{"actor", "origin", "method"}},
}

// heldElsewhere says of every other table of ours why no row of it is about a candidate. Words of people in them are looked through all the
// same, and named: see [Held.NamedIn].
var heldElsewhere = map[string]string{
	"attempt_hours": "sums", "attempt_slices": "sums", "budgets": "a key's", "checks": "a company's", "console_links": "of who logs in",
	"console_sessions": "of who logs in", "control": "the service's", "door_counts": "of who logs in", "holds": "a company's", "hooks": "a company's",
	"integrations": "a company's", "made_links": "of who logs in", "nodes": "the service's", "notices": "a company's, and names nobody", "runs": "the whole run's",
	"sources": "of producers' databases", "test_candidates": "made-up candidates",
	"state_counts": "sums", "time_zones": "no data", "tracking": "a company's", "tracking_links": "of a company's jobs", "turn_changes": "no data", "turn_counts": "no data",
	"turn_notices": "no data", "turn_relay": "no data", "turn_runs": "no data", "turn_slices": "no data", "waves": "of companies",
}

// HeldTables are the tables that Held shows rows of, and HeldElsewhere tells of all others why it does not.
func HeldTables() (shown []string, elsewhere map[string]string) {
	for _, t := range heldTables {
		shown = append(shown, t.table)
	}
	return shown, heldElsewhere
}

// Package jobs is what a producer hands over and a worker picks up: an interview's result, and the job that carries it.
//
// # Handing a result over
//
// A producer calls [Enqueue] inside the transaction that changes the interview. What it hands over is the whole state of the
// interview, every time anything about it changes:
//
//	tx, err := db.Begin(ctx)
//	...
//	// 1. Lock the interview, so that two decisions saved at the same moment cannot each miss the other.
//	row := tx.QueryRow(ctx, "SELECT ... FROM interviews WHERE id = $1 FOR UPDATE", id)
//	// 2. Raise its version, in this same transaction.
//	row = tx.QueryRow(ctx, "UPDATE interviews SET version = version + 1, ... WHERE id = $1 RETURNING version", id)
//	// 3. Hand over what it is now.
//	_, err = jobs.Enqueue(ctx, tx, jobs.InterviewResult{
//		OrgID:               "acme",
//		InterviewID:         "iv_123",
//		Version:             version,
//		InterviewedAt:       startedAt,
//		InterviewerAdvances: new(true),
//		CandidateContinues:  nil, // not answered yet
//		Candidate:           jobs.Candidate{ID: "cand_9"},
//	})
//	...
//	err = tx.Commit(ctx)
//
// When the transaction commits, the result is on its way; when it rolls back, nothing happened. [EnqueueSQL] does the same for
// database/sql. Other languages call the SQL function that stands behind both: SELECT ghexport.enqueue($1). Pass the JSON as a
// parameter: a literal in a statement that fails ends up in Postgres' log, person and all.
//
// # What happens to it
//
// (org_id, interview_id) names the export, for ever. The message with the highest version wins, so that a repeat does no harm, nor
// does a late one. Only when both decisions are true is anything sent to the company's Greenhouse; [Verdict] says what a result asks
// for. Candidates are anonymous until then: leave name and email out.
//
// # What is refused
//
// [Enqueue] checks before it touches the transaction and returns every problem at once, as a [*ValidationError]. The SQL functions
// ghexport.enqueue and ghexport.validate apply the same rules in the same words:
//
//   - required: schema_version (filled in here), org_id, interview_id, version, interviewed_at, candidate.id; and once both decisions
//     are true candidate.email and candidate.full_name, or first_name and last_name instead of that;
//   - schema_version is [SchemaVersion];
//   - ids are 1 to 200 characters, without control characters or white space at their ends;
//   - version is a whole number from 0 to 2^53-1, scores are whole numbers from 1 to 4; 3.0 is as good as 3;
//   - interviewed_at is RFC 3339 with an offset, capital T and Z, from 1970 on; time_zone is an IANA name of Go's tzdata;
//   - names are one line of at most 500 characters, job and traceparent of at most 200;
//   - an email has one @, something on both sides of it, no white space within, at most 254 characters; white space around it
//     is dropped;
//   - feedback and linkedin are any text;
//   - a field that the contract does not know is refused by its name, letter case included;
//   - the whole is at most 256 kB (262,144 bytes) as the text of its jsonb, and holds nothing that jsonb cannot hold: no \u0000, no
//     lone surrogate, no invalid UTF-8, no number beyond numeric. In SQL, Postgres refuses those before ghexport.enqueue runs.
//     The cure is to take them out of the text: strings.ReplaceAll(s, "\x00", "") and strings.ToValidUTF8(s, "").
//
// Null, absent and (but for ids and time_zone) an empty string mean the same: not given.
//
// # Transactions that cannot be used
//
// The commit may notify the service, and Postgres does not allow NOTIFY under PREPARE TRANSACTION.
package jobs

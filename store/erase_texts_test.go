package store_test

import (
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/store/erasure"
)

// Of each column that holds text it is said what erasing does about it; a new one fails here until somebody decides.
func TestErase_EveryTextColumnIsClassed(t *testing.T) {
	t.Parallel()
	d := setup(t)
	rows, err := d.Pool.Query(t.Context(), `
		SELECT c.relname || '.' || a.attname
		  FROM pg_attribute a
		  JOIN pg_class c ON c.oid = a.attrelid
		  JOIN pg_type y ON y.oid = a.atttypid
		  LEFT JOIN pg_type l ON l.oid = y.typelem
		 WHERE c.relnamespace = 'ghexport'::regnamespace AND c.relkind IN ('r', 'p') AND c.relname !~ '^(river_|goose_)'
		   AND a.attnum > 0 AND NOT a.attisdropped
		   AND (y.typcategory = 'S' OR y.typname IN ('json', 'jsonb', 'xml') OR y.typcategory = 'A' AND (l.typcategory = 'S' OR l.typname IN ('json', 'jsonb')))`)
	require.NoError(t, err)
	columns, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(t, err)
	var classed []string
	for column, does := range erasure.TextColumns() {
		classed = append(classed, column)
		assert.NotEmpty(t, does, column)
	}
	assert.ElementsMatch(t, columns, classed)
}

// Whoever wrote a person's name, address or id into a reason, a ticket or an answer about somebody else: erasing takes it out, or says
// where a person must.
func TestErase_ReachesOthersWords(t *testing.T) {
	t.Parallel()
	d := setup(t)
	digests := d.digests()
	d.company("acme")
	ada := d.export(fixture{State: ledger.StateDead, Cause: ledger.CausePayloadRefused, Candidate: "cand_ada"})
	grace := d.export(fixture{State: ledger.StateDead, Cause: ledger.CausePayloadRefused, Candidate: "cand_grace"})
	d.exec(`UPDATE ghexport.bodies b SET first_name = 'Grace', last_name = 'Hopper', email = 'grace@hopper.example', note = 'better than ADA@example.com'
	          FROM ghexport.exports e WHERE e.id = $1 AND b.id = e.body_id`, grace)
	d.exec("UPDATE ghexport.bodies SET linkedin = 'https://www.linkedin.com/in/ada-lovelace' WHERE first_name = 'Ada'")
	d.exec("UPDATE ghexport.exports SET email_digest = $2 WHERE id = $1", ada, digests.Email("ada@example.com"))
	words := "Lovelace, Ada (CAND_ADA, Ada@Example.COM, linkedin.com/in/Ada-Lovelace), not Adam or cand_ada2"
	d.silent(grace, 0)
	d.exec("UPDATE ghexport.attempts SET detail = $1", words)
	d.exec("UPDATE ghexport.exports SET detail = $2, died_of = $2 WHERE id = $1", grace, words)
	d.exec("INSERT INTO ghexport.answers (body_id, attempt, words) SELECT body_id, attempt, $2 FROM ghexport.exports WHERE id = $1", grace, words)
	d.exec("INSERT INTO ghexport.runs (actor, reason, ticket, because, selected, canary, stop_share, stop_from) VALUES ('kim', $1, $1, $1, jsonb_build_object('candidate', $1::text), 1, 0.5, 10)", words)
	d.exec("INSERT INTO ghexport.run_members (run_id, export_id, org_id, because) SELECT id, $1, 'acme', $2 FROM ghexport.runs", grace, words)
	d.exec("UPDATE ghexport.control SET stopped_at = now(), stopped_by = 'kim', stopped_reason = $1", words)
	d.exec("UPDATE ghexport.integrations SET paused_at = now(), paused_by = 'kim', paused_reason = $1", words)
	d.exec("INSERT INTO ghexport.checks (org_id, kind, answer, detail, credential_version) VALUES ('acme', 'probe', 'refused', $1, 1)", words)
	d.exec("INSERT INTO ghexport.audit (actor, action, org_id, reason, detail) VALUES ('kim', 'replay', 'acme', $1, jsonb_build_object('x', $1::text))", words)

	replaced := []string{
		"answers.words", "attempts.detail", "checks.detail", "control.stopped_reason", "exports.detail", "exports.died_of", "integrations.paused_reason",
		"run_members.because", "runs.because", "runs.reason", "runs.selected", "runs.ticket",
	}
	listed := []string{"audit.detail", "audit.reason", "bodies.note"}
	found := func(e erasure.Erased) (did, look []string) {
		for _, one := range e.Texts {
			assert.NotEmpty(t, one.Row)
			if column := one.Table + "." + one.Column; one.Replaced {
				did = append(did, column)
			} else {
				look = append(look, column)
			}
		}
		return did, look
	}
	q := erasure.Erasure{Candidate: "cand_ada", Digests: digests, By: store.By{Actor: "kim", Reason: "PRIV-7 of Ada Lovelace"}, DryRun: true}
	planned, err := erasure.In(d.Store).Erase(t.Context(), q)
	require.NoError(t, err)
	did, look := found(planned)
	assert.ElementsMatch(t, replaced, did)
	assert.ElementsMatch(t, listed, look)
	assert.Equal(t, words, one[string](d, "SELECT reason FROM ghexport.runs"), "a dry run changes nothing")

	q.DryRun = false
	done, err := erasure.In(d.Store).Erase(t.Context(), q)
	require.NoError(t, err)
	did, look = found(done)
	assert.ElementsMatch(t, replaced, did)
	assert.ElementsMatch(t, listed, look)
	left := "‹erased› (‹erased›, ‹erased›, ‹erased›), not Adam or cand_ada2"
	for _, column := range replaced {
		table, name, _ := strings.Cut(column, ".")
		text := one[string](d, "SELECT max("+name+"::text) FROM ghexport."+table+" WHERE "+name+" IS NOT NULL")
		assert.Contains(t, text, left, column)
	}
	assert.Equal(t, "PRIV-7 of ‹erased›", one[string](d, "SELECT reason FROM ghexport.audit WHERE action = 'erase'"))
	assert.Equal(t, ledger.StateDead, d.ledger(grace).State)

	again, err := erasure.In(d.Store).Erase(t.Context(), q)
	require.NoError(t, err)
	did, look = found(again)
	assert.Empty(t, did)
	assert.ElementsMatch(t, []string{"audit.detail", "audit.reason"}, look, "by the id that was given")
}

// An id of digits alone may be a ticket's; at one company alone nothing elsewhere is touched.
func TestErase_WhatMayMeanSomethingElseIsListed(t *testing.T) {
	t.Parallel()
	for name, q := range map[string]erasure.Erasure{"IDOfDigits": {Candidate: "4711"}, "OneCompany": {Candidate: "cand_ada", Org: "acme"}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := setup(t)
			d.export(fixture{State: ledger.StateSent, Candidate: q.Candidate})
			reason := "see PRIV-" + q.Candidate
			d.exec("INSERT INTO ghexport.runs (actor, reason, selected, canary, stop_share, stop_from) VALUES ('kim', $1, '{}', 1, 0.5, 10)", reason)
			q.By = kim
			done, err := erasure.In(d.Store).Erase(t.Context(), q)
			require.NoError(t, err)
			require.Len(t, done.Texts, 1)
			assert.False(t, done.Texts[0].Replaced)
			assert.Equal(t, reason, one[string](d, "SELECT reason FROM ghexport.runs"))
		})
	}
}

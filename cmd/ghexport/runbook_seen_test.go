package main

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/store/storetest"
)

// Scenes of what somebody sees without an export's having a cause.

// The only service ended half an hour ago.
func sceneStuck(d *drill) {
	v := d.service()
	d.must(d.t, "", "org", "pause", "acme")
	d.folded("pending", result("acme", "iv_1"), result("acme", "iv_2"))
	v.quit(d.t)
	d.must(d.t, "", "org", "resume", "acme")
	d.exec(d.t, "UPDATE ghexport.exports SET due_at = due_at - interval '30 minutes'")
	d.before(8, func() {
		d.running(d.t)
		d.reaches(d.t, "sent", "iv_1", "iv_2")
	})
}

func sceneMissing(d *drill) {
	d.service()
	d.folded("sent", result("acme", "iv_1"))
	d.about("iv_1")
}

func sceneDoubled(d *drill) {
	d.service()
	d.must(d.t, "", "org", "set", "acme", "--second-interview", "create")
	d.folded("sent", result("acme", "iv_0"))
	d.folded("sent", result("acme", "iv_1", sameCandidate("iv_0")))
	d.about("iv_1")
	d.words["CANDIDATE_EMAIL"] = emailOf("iv_0")
}

// Globex' key was saved as acme's.
func scenePrivacy(d *drill) {
	d.must(d.t, globexKey, "org", "connect", "acme", "--created-by", "sam@globex.example", "--enable")
	d.running(d.t)
	d.folded("sent", result("acme", "iv_1"))
	d.about("iv_1")
}

// The producer has not told about an interview.
func sceneSilence(d *drill) {
	d.service()
	d.folded("sent", result("acme", "iv_1"))
	d.about("iv_1")
	d.words["SILENT"] = "iv_2"
	d.file("missed.jsonl", jsonLines(d.t, result("acme", "iv_1"), result("acme", "iv_2")))
	d.before(8, func() { d.reaches(d.t, "sent", "iv_2") })
}

// A producer's own database goes down for minutes, and comes back.
func sceneSource(d *drill) {
	source := storetest.NewSource(d.t)
	d.env["GHEXPORT_OUTBOX_URLS"] = "scheduling=" + source.RelayURL
	d.service()
	source.Enqueue(d.t, jsonLines(d.t, result("acme", "iv_1")))
	d.reaches(d.t, "sent", "iv_1")
	source.Enqueue(d.t, jsonLines(d.t, result("acme", "iv_2")))
	d.reaches(d.t, "sent", "iv_2")
	source.GoDown(d.t)
	d.seen("trouble_kind = 'unreachable'")
	d.exec(d.t, "UPDATE ghexport.sources SET read_at = read_at - interval '5 minutes'")
	d.about("iv_2")
	d.before(7, func() {
		source.ComeBack(d.t)
		source.Enqueue(d.t, jsonLines(d.t, result("acme", "iv_3")))
	})
	d.before(8, func() {
		d.reaches(d.t, "sent", "iv_3")
		d.seen("trouble_kind IS NULL")
	})
}

// seen waits until the one source is found to be so.
func (d *drill) seen(how string) {
	d.t.Helper()
	d.there("SELECT FROM ghexport.sources WHERE " + how)
}

// there waits until a query gives a row, whatever changes.
func (d *drill) there(query string) {
	d.t.Helper()
	conn, err := pgx.Connect(d.t.Context(), d.db.URL)
	require.NoError(d.t, err)
	defer conn.Close(context.Background())
	require.Eventually(d.t, func() bool {
		var is bool
		err := conn.QueryRow(d.t.Context(), "SELECT EXISTS ("+query+")").Scan(&is)
		return err == nil && is
	}, patience, 20*time.Millisecond, query)
}

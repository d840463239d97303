package main

import (
	"encoding/json"

	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/greenhouse/greenhousesim"
)

// The company's user may add prospects, and see none.
func sceneTracking(d *drill) {
	d.connect(d.t, "acme")
	d.running(d.t)
	d.folded("sent", result("acme", "iv_1"))
	d.about("iv_1")
	d.must(d.t, "", "org", "track", "acme")
	d.there("SELECT FROM ghexport.tracks WHERE missing_since IS NOT NULL")
	d.before(6, func() {
		d.sim.ChangeUser(acmeKey, acmeUser, func(u *greenhousesim.User) { u.CanManageUnattachedProspects = true })
	})
	d.before(8, func() {
		d.there("SELECT FROM ghexport.tracks WHERE missing_since IS NULL AND seen_at IS NOT NULL")
	})
}

// The secret was rotated, and nobody pasted the new one; one event was given up.
func sceneWebhook(d *drill) {
	d.connect(d.t, "acme")
	v := d.serve(d.t)
	d.t.Cleanup(func() { v.quit(d.t) })
	var first, second madeWebhook
	require.NoError(d.t, json.Unmarshal([]byte(d.must(d.t, "", "org", "webhook", "new", "acme", "--json")), &first))
	hook := greenhousesim.Hook{URL: v.address + "/hooks/greenhouse/acme", Secret: first.Secret}
	require.NoError(d.t, d.sim.SetHook("acme", hook))
	require.NoError(d.t, json.Unmarshal([]byte(d.must(d.t, "", "org", "webhook", "rotate", "acme", "--now", "--json")), &second))
	d.folded("sent", result("acme", "iv_1"))
	d.about("iv_1")
	d.there("SELECT FROM ghexport.hooks WHERE refused > 0")
	d.exec(d.t, `INSERT INTO ghexport.hook_events (org_id, key, action, worked_at, outcome) VALUES ('acme', sha256('1'), 'ping', now(), 'abandoned')`)
	d.before(7, func() {
		hook.Secret = second.Secret
		require.NoError(d.t, d.sim.SetHook("acme", hook))
		require.NoError(d.t, d.sim.Move(greenhousesim.Move{ID: d.sim.Candidates(acmeKey)[0].ID, Stage: "Offer"}))
	})
	d.before(8, func() {
		d.there("SELECT FROM ghexport.hooks h WHERE last_action IS NOT NULL AND NOT EXISTS (SELECT FROM ghexport.hook_events WHERE due_at IS NOT NULL)")
	})
}

package main

import (
	"fmt"

	"github.com/interviewing-io/greenhouse-export/greenhouse/greenhousesim"
)

// Scenes of companies that may not send.

func sceneStopped(d *drill) {
	d.service()
	d.must(d.t, "", "pause", "--all", "--reason", "a backup was restored")
	d.folded("pending", result("acme", "iv_1"), result("acme", "iv_2"))
	d.words["FOUND"] = d.number(d.t, "iv_2")
	d.before(8, func() { d.reaches(d.t, "sent", "iv_1") })
}

func sceneOff(d *drill) {
	d.must(d.t, acmeKey, "org", "connect", "acme", "--created-by", acmeUser)
	d.running(d.t)
	d.folded("pending", result("acme", "iv_1"))
	d.about("iv_1")
	d.before(8, func() { d.reaches(d.t, "sent", "iv_1") })
}

func sceneIncomplete(d *drill) {
	d.service()
	d.exec(d.t, "UPDATE ghexport.integrations SET sealed_key = NULL, key_last5 = NULL, key_digest = NULL")
	d.folded("pending", result("acme", "iv_1"))
	d.about("iv_1")
}

func sceneUntested(d *drill) {
	d.must(d.t, acmeKey, "org", "connect", "acme", "--created-by", acmeUser, "--no-test", "--enable")
	d.running(d.t)
	d.folded("pending", result("acme", "iv_1"))
	d.about("iv_1")
}

func sceneTestMode(d *drill) {
	d.service()
	d.must(d.t, "", "org", "test-mode", "acme", "on", "--reason", "they try it out")
	d.folded("pending", result("acme", "iv_1"))
	d.about("iv_1")
	d.before(8, func() { d.reaches(d.t, "sent", "iv_1") })
}

func scenePaused(d *drill) {
	d.service()
	d.must(d.t, "", "org", "pause", "acme", "--reason", "they merge accounts")
	d.folded("pending", result("acme", "iv_1"))
	d.about("iv_1")
}

// Somebody makes a new key in Greenhouse and revokes the old one.
func sceneAuthRejected(d *drill) {
	d.service()
	d.sim.RevokeKey(acmeKey)
	d.enqueue(d.t, result("acme", "iv_1"))
	d.waitsBecause(d.t, "iv_1", "auth.rejected")
	d.about("iv_1")
	d.before(6, func() {
		d.sim.ReplaceKey(acmeKey, "acme-new-key-55555")
		d.sim.RestoreKey("acme-new-key-55555")
		d.file("key.txt", "acme-new-key-55555\n")
	})
	d.before(8, func() { d.reaches(d.t, "sent", "iv_1") })
}

func scenePermissionDenied(d *drill) {
	d.service()
	d.sim.Plan(greenhousesim.Fault{Status: 403, Times: -1})
	d.enqueue(d.t, result("acme", "iv_1"))
	d.waitsBecause(d.t, "iv_1", "permission.denied")
	d.about("iv_1")
	d.before(6, d.sim.ClearFaults)
	d.before(8, func() { d.reaches(d.t, "sent", "iv_1") })
}

// Greenhouse takes nobody any more, and says always the same.
func sceneRefusing(d *drill) {
	d.service()
	d.sim.Plan(greenhousesim.Fault{Status: 422, Times: -1})
	var many []map[string]any
	for n := range 20 {
		many = append(many, result("acme", fmt.Sprintf("iv_%d", n+2)))
	}
	d.folded("dead", many...)
	d.enqueue(d.t, result("acme", "iv_1"))
	d.waitsBecause(d.t, "iv_1", "refusing")
	d.about("iv_1")
	d.before(6, d.sim.ClearFaults)
	d.before(8, func() { d.reaches(d.t, "sent", names("iv_", 21)...) })
}

// Somebody copied a row from one company to another, which the seal notices.
func sceneDecryptFailed(d *drill) {
	d.connect(d.t, "acme", "globex")
	d.running(d.t)
	d.exec(d.t, "UPDATE ghexport.integrations SET sealed_key = (SELECT sealed_key FROM ghexport.integrations WHERE org_id = 'globex') WHERE org_id = 'acme'")
	d.enqueue(d.t, result("acme", "iv_1"))
	d.waitsBecause(d.t, "iv_1", "decrypt.failed")
	d.about("iv_1")
	d.before(8, func() { d.reaches(d.t, "sent", "iv_1") })
}

package main

// Scenes of what is not sent, and rightly so, and of what a person ended.

var no, yes = false, true

func sceneDecisionMissing(d *drill) {
	d.service()
	d.folded("ineligible", result("acme", "iv_1", with("candidate_continues", nil)))
	d.about("iv_1")
	d.before(8, func() { d.folded("sent", result("acme", "iv_1", with("version", 2))) })
}

func sceneDecisionNo(d *drill) {
	d.service()
	d.folded("ineligible", result("acme", "iv_1", with("candidate_continues", no)))
	d.about("iv_1")
}

func sceneWithdrawn(d *drill) {
	d.service()
	d.must(d.t, "", "org", "pause", "acme")
	d.folded("pending", result("acme", "iv_1"))
	d.folded("ineligible", result("acme", "iv_1", with("version", 2), with("candidate_continues", no)))
	d.must(d.t, "", "org", "resume", "acme")
	d.about("iv_1")
}

func scenePractice(d *drill) {
	d.service()
	d.folded("ineligible", result("acme", "iv_1", with("practice", yes)))
	d.about("iv_1")
	d.before(8, func() { d.folded("sent", result("acme", "iv_1", with("version", 2))) })
}

func sceneDiscarded(d *drill) {
	d.service()
	d.must(d.t, "", "org", "pause", "acme")
	d.folded("pending", result("acme", "iv_1"))
	d.about("iv_1")
	d.must(d.t, "", "discard", d.words["EXPORT"], "--reason", "a slip")
	d.must(d.t, "", "org", "resume", "acme")
	d.before(8, func() { d.reaches(d.t, "sent", "iv_1") })
}

func sceneSkipped(d *drill) {
	d.service()
	d.folded("sent", result("acme", "iv_0"))
	d.folded("duplicate", result("acme", "iv_1", sameCandidate("iv_0")))
	d.about("iv_1")
	d.must(d.t, "", "resolve", d.words["EXPORT"], "--skip", "--reason", "they know her")
	d.beforeStep(7, 2, func() { d.reaches(d.t, "duplicate", "iv_1") })
	d.before(8, func() { d.reaches(d.t, "sent", "iv_1") })
}

func sceneDropped(d *drill) {
	d.service()
	d.must(d.t, "", "org", "disable", "acme")
	d.folded("pending", result("acme", "iv_1"), result("acme", "iv_2"), result("acme", "iv_3"))
	d.must(d.t, "", "org", "enable", "acme", "--drop-waiting")
	d.about("iv_1")
	d.before(8, func() { d.reaches(d.t, "sent", "iv_1", "iv_2", "iv_3") })
}

func sceneErased(d *drill) {
	d.service()
	d.folded("sent", result("acme", "iv_2"))
	d.must(d.t, "", "org", "pause", "acme")
	d.folded("pending", result("acme", "iv_1"))
	d.about("iv_1")
	d.must(d.t, "", "erase", emailOf("iv_1"), "--reason", "a request")
	d.words["CANDIDATE_EMAIL"] = emailOf("iv_2")
}

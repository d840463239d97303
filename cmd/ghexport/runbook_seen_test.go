package main

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

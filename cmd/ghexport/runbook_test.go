package main

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/interviewing-io/greenhouse-export/docs"
	"github.com/interviewing-io/greenhouse-export/greenhouse/greenhousesim"
)

// scenes lead to where each page of the runbook begins, and say what happens in the world while it is followed.
var scenes = map[string]func(*drill){
	"decision.missing": sceneDecisionMissing, "decision.no": sceneDecisionNo, "withdrawn": sceneWithdrawn, "practice": scenePractice,
	"greenhouse.down": sceneGreenhouseDown, "limited": sceneLimited, "outcome.unknown": sceneOutcomeUnknown,
	"duplicate.possible": sceneDuplicatePossible, "payload.refused": scenePayloadRefused, "target.gone": sceneTargetGone, "bug": sceneBug,
	"message.invalid": sceneMessageInvalid, "discarded": sceneDiscarded, "skipped": sceneSkipped, "dropped": sceneDropped, "erased": sceneErased,
	"stopped": sceneStopped, "off": sceneOff, "incomplete": sceneIncomplete, "untested": sceneUntested, "test.mode": sceneTestMode, "paused": scenePaused,
	"target.refused": sceneTargetRefused, "refusing": sceneRefusing,
	"auth.rejected": sceneAuthRejected, "permission.denied": scenePermissionDenied, "decrypt.failed": sceneDecryptFailed,
	"stuck": sceneStuck, "missing": sceneMissing, "doubled": sceneDoubled, "privacy": scenePrivacy, "silence": sceneSilence, "source": sceneSource,
	"tracking": sceneTracking, "webhook": sceneWebhook,
}

// TestRunbook types every command of every page, in order, against a real database, the real program and a Greenhouse over HTTP, and
// sees what the page promises.
func TestRunbook(t *testing.T) {
	t.Parallel()
	for _, page := range docs.Runbook() {
		t.Run(page.Name, func(t *testing.T) {
			t.Parallel()
			scene, known := scenes[page.Name]
			if !assert.True(t, known, "no scene leads to this page") {
				return
			}
			d := newDrill(t, newStage(t), page.Name)
			scene(d)
			d.follow()
		})
	}
}

// about says which interview of acme the page is about, and gives its words.
func (d *drill) about(interview string) {
	d.t.Helper()
	d.words["ORG"], d.words["INTERVIEW"], d.words["EXPORT"] = "acme", interview, d.number(d.t, interview)
	d.words["EMAIL"], d.words["CANDIDATE_EMAIL"] = acmeUser, emailOf(interview)
	d.file("key.txt", acmeKey+"\n")
}

// service connects acme, whose user may read back whom they added, and has a service at work.
func (d *drill) service() *serving {
	d.t.Helper()
	d.sim.ChangeUser(acmeKey, acmeUser, func(u *greenhousesim.User) { u.CanManageUnattachedProspects = true })
	d.connect(d.t, "acme")
	return d.running(d.t)
}

// folded hands interviews over and waits until they are in a state.
func (d *drill) folded(state string, messages ...map[string]any) {
	d.t.Helper()
	d.enqueue(d.t, messages...)
	for _, m := range messages {
		d.reaches(d.t, state, m["interview_id"].(string))
	}
}

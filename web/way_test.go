package web_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/interviewing-io/greenhouse-export/ledger"
)

func TestBrowser_ReadsAnExportsWay(t *testing.T) {
	t.Parallel()
	digests, with := findsPeople(t)
	s := setup(t, with, withEdits(t))
	dead, _, _ := s.someLedger(digests)
	s.exec("UPDATE ghexport.exports SET committed_at = created_at - interval '2 s' WHERE id = $1", dead)
	s.exec(`WITH old AS (INSERT INTO ghexport.bodies (org_id, interview_id, first_name, last_name, email, note, note_format)
	               VALUES ('acme', 'iv_dead', 'Grace', 'Hopper', 'grace@exmaple.com', 'the note of Grace', 1) RETURNING id)
	        INSERT INTO ghexport.revisions (export_id, version, revision, body_id, fields, actor) SELECT $1, 5, 0, id, '{email}', 'kim' FROM old`, dead)
	later := s.export("acme", "iv_later", ledger.StatePending, ledger.CauseGreenhouseDown)
	s.exec("UPDATE ghexport.exports SET due_at = now() + interval '9 minutes' WHERE id = $1", later)
	s.connected("globex")
	b := s.browser("kim")
	b.open(exportPath(dead))

	t.Run("AsAWaterfall", func(t *testing.T) {
		b.sees("Its way, in", "Committed, and taken in 2 s", "Due, and waited for its turn", "Attempt 1: intent, request, answer HTTP 503, settled as again 1 min",
			"Waited to be tried again, because Greenhouse could not be reached, or failed 9 min", "Attempt 2: intent, request, answer HTTP 422, settled as dead 400 ms")
		b.click("Request and answer of attempt 2")
		b.sees("POST /v1/partner/candidates", "their values are shown with the person", "HTTP 422", "12 of 50 left", "email; what it was is shown with the person")
		b.seesNot("exmaple")
		b.axe()
		b.shot("export-way")
	})
	t.Run("WithWhatWasEditedOnceThePersonIsShown", func(t *testing.T) {
		b.fill("Why you look", "ticket 7")
		b.click("Show")
		b.sees("email: grace@exmaple.com", "email: grace@example.com")
		assert.Equal(t, 1, eval[int](b, `document.querySelectorAll("pre.diff del").length`))
		b.axe()
	})
	t.Run("SaysWhenItIsTriedNext", func(t *testing.T) {
		s.exec("UPDATE ghexport.integrations SET enabled = true, sealed_key = 'x', created_by = 'mia@example.com', credential_version = 1, tested_version = 1 WHERE org_id = 'acme'")
		b.open(exportPath(later))
		b.sees("Next try at")
	})
	t.Run("InTheReadersTimesAndColours", func(t *testing.T) {
		says := func(selector, property string) string {
			return eval[string](b, `document.querySelector("`+selector+`").`+property)
		}
		b.open(exportPath(dead))
		utc := says("#facts ~ dl time", "textContent")
		b.choose("Times", "how long ago")
		assert.Equal(t, "3 hours ago", says("dt:nth-of-type(5) + dd time", "textContent"))
		b.open(exportPath(dead))
		assert.Equal(t, "3 hours ago", says("dt:nth-of-type(5) + dd time", "textContent"), "it is kept")
		b.choose("Times", "UTC")
		assert.Equal(t, utc, says("#facts ~ dl time", "textContent"))
		ground := func() string { return eval[string](b, `getComputedStyle(document.body).backgroundColor`) }
		light := ground()
		b.choose("Colours", "dark")
		assert.NotEqual(t, light, ground())
		b.open(exportPath(dead))
		assert.NotEqual(t, light, ground(), "it is kept")
		b.choose("Colours", "as the system")
		assert.Equal(t, light, ground())
		assert.Positive(t, eval[int](b, `document.querySelectorAll("button.made").length`), "ids and commands can be copied")
	})
}

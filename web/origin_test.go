package web_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store/query"
	"github.com/interviewing-io/greenhouse-export/web/auth"
)

// What people do in the console is recorded with where they did it from.
func TestOrigin_IsInTheAuditTrail(t *testing.T) {
	t.Parallel()
	s := setup(t)
	s.enter(s.link("acme", "mia", auth.LinkLife))
	job := s.job(s.export("acme", "iv_1", ledger.StateDead, ledger.CauseBug))
	s.exec("UPDATE ghexport.exports SET body_id = 1")
	s.ask("POST", "/river/api/jobs/retry", idsBody(job), s.as("kim"),
		func(r *http.Request) { r.RemoteAddr = "203.0.113.7:4711" })
	trail, err := query.In(s.store).AuditTrail(t.Context(), query.AuditFilter{})
	if assert.NoError(t, err) && assert.Len(t, trail, 3) {
		assert.Equal(t, "203.0.113.7", *trail[0].From)
		assert.Equal(t, ledger.ActionLogIn, trail[1].Action)
		assert.Equal(t, "192.0.2.1", *trail[2].From, "what httptest says a client is")
		assert.Equal(t, "mia of acme", trail[2].Actor)
	}
}

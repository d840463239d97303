package web_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/interviewing-io/greenhouse-export/docs"
	"github.com/interviewing-io/greenhouse-export/ledger"
)

func TestRunbooks(t *testing.T) {
	t.Parallel()
	s := setup(t)
	index := s.ask(http.MethodGet, "/runbooks/", "", s.as("val"))
	assert.Equal(t, http.StatusOK, index.StatusCode)
	for _, page := range append(docs.Runbook(), docs.Guides()...) {
		address := "/runbooks/" + page.Name
		assert.Contains(t, index.body, `<a href="`+address+`">`)
		a := s.ask(http.MethodGet, address, "", s.as("val"))
		assert.Equal(t, http.StatusOK, a.StatusCode, address)
		assert.Contains(t, a.body, "<title>"+page.Title, address)
		assert.NotContains(t, a.body, `.md"`, "%s: a link to a file", address)
	}
	for _, cause := range ledger.Causes {
		a := s.ask(http.MethodGet, "/runbooks/"+string(cause), "", s.as("val"))
		assert.Contains(t, a.body, `<a href="/exports?cause=`+string(cause)+`">`)
	}
}

func TestRunbooks_UnknownPage(t *testing.T) {
	t.Parallel()
	s := setup(t)
	a := s.ask(http.MethodGet, "/runbooks/nonsense", "", s.as("val"))
	assert.Equal(t, http.StatusNotFound, a.StatusCode)
	a = s.ask(http.MethodGet, "/runbooks/", "", s.asCompany("acme"))
	assert.Equal(t, http.StatusNotFound, a.StatusCode, "the runbook is ours")
}

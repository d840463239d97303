package main

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/docs"
	"github.com/interviewing-io/greenhouse-export/greenhouse/greenhousesim"
)

// The twelve incidents that on-call is drilled in. Each brings one about with a real `ghexport serve` and a Greenhouse over HTTP, follows
// the runbook's own commands to their end, and then counts: nothing lost, nothing doubled.

// incident is a drill with a service of its own process.
type incident struct {
	*drill
	service   *process
	orgs      []string
	committed []string // interviews that a producer handed over, each with a candidate of its own
}

// newIncident connects acme, globex and further companies, and starts the service.
func newIncident(t *testing.T, page string, more int) *incident {
	t.Helper()
	i := &incident{drill: newDrill(t, newStage(t), page), orgs: []string{"acme", "globex"}}
	i.sim.ChangeUser(acmeKey, acmeUser, mayReadBack)
	i.sim.ChangeUser(globexKey, "sam@globex.example", mayReadBack)
	i.connect(t, "acme", "globex")
	for n := range more {
		org := fmt.Sprintf("org-%d", n+1)
		user := greenhousesim.User{Email: "lee@" + org + ".example", Name: "Lee Doe", CanManageUnattachedProspects: true}
		i.sim.AddAccount(greenhousesim.Account{Name: org, Key: "ingestion-key-of-" + org, Users: []greenhousesim.User{user}})
		i.must(t, "ingestion-key-of-"+org, "org", "connect", org, "--created-by", user.Email, "--enable")
		i.orgs = append(i.orgs, org)
	}
	i.service = serveProcess(t, i.env)
	i.words["ORG"], i.words["EMAIL"] = "acme", acmeUser
	i.file("key.txt", acmeKey+"\n")
	return i
}

func mayReadBack(u *greenhousesim.User) { u.CanManageUnattachedProspects = true }

// commits hands over n interviews of a company and returns their names.
func (i *incident) commits(org string, n int) []string {
	i.t.Helper()
	var interviews []string
	var messages []map[string]any
	for range n {
		interview := fmt.Sprintf("iv_%03d", len(i.committed)+1)
		i.committed = append(i.committed, interview)
		interviews = append(interviews, interview)
		messages = append(messages, result(org, interview))
	}
	i.enqueue(i.t, messages...)
	return interviews
}

// commitsInto hands over n interviews of a company that meet a fault, which is planned before the first of them can be sent.
func (i *incident) commitsInto(fault greenhousesim.Fault, org string, n int) []string {
	i.t.Helper()
	var next []string
	for k := range n {
		next = append(next, fmt.Sprintf("iv_%03d", len(i.committed)+1+k))
	}
	i.refuses(fault, next...)
	return i.commits(org, n)
}

// all waits until every interview that was handed over is in a state, but for some.
func (i *incident) all(state string, but ...string) {
	i.t.Helper()
	err := i.await(i.t.Context(), "all "+state, `
		SELECT FROM ghexport.exports WHERE state = $1 AND interview_id <> ALL (coalesce($2::text[], '{}')) HAVING count(*) = $3`,
		state, but, len(i.committed)-len(but))
	require.NoError(i.t, err, "log: %s", i.service.log)
}

// types one step of the page, with the words as they are now.
func (i *incident) types(section, step int) {
	i.t.Helper()
	i.step(section, i.page.Sections[section-1].Steps[step])
}

// opens another page of the runbook.
func (i *incident) opens(page string) {
	i.t.Helper()
	found, is := docs.Find(page)
	require.True(i.t, is, "page %s", page)
	i.page, i.then = found, map[int]func(){}
}

// over checks that everything is accounted for, and that the service says so.
func (i *incident) over() {
	i.t.Helper()
	i.nothingLostOrDoubled(i.t, len(i.committed))
	code, out := i.shell("ghexport health")
	assert.Zero(i.t, code, "health after the incident: %s", out)
	assert.NotContains(i.t, i.service.log.String(), "@example.com")
}

package worker

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-smtp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/greenhouse/greenhousesim"
	"github.com/interviewing-io/greenhouse-export/store/notices"
	"github.com/interviewing-io/greenhouse-export/worker/notice"
	"github.com/interviewing-io/greenhouse-export/worker/notice/noticetest"
	"github.com/interviewing-io/greenhouse-export/worker/relay"
)

// post tells where a rig's notices arrive.
type post struct {
	*rig
	box  *noticetest.Mailbox
	hook *noticetest.Receiver
}

func newPost(t *testing.T) *post {
	t.Helper()
	return &post{rig: newRig(t), box: noticetest.NewMailbox(t, nil, false), hook: noticetest.NewReceiver(t)}
}

// start is one serve that tells at once, by mail and by webhook.
func (p *post) start() *node {
	p.t.Helper()
	mail, err := notice.ParseSMTP(p.box.URL(), false)
	require.NoError(p.t, err)
	hook, err := notice.ParseHook(p.hook.URL, noticetest.Secret, "ghexport/test", false)
	require.NoError(p.t, err)
	return p.rig.start(func(c *Config, r *relay.Relay) {
		c.Notifier = Notifier{Mail: mail, Hook: hook, PublicURL: "https://exports.example"}
		r.Notices.Grace, r.Notices.WaveSettle = time.Millisecond, time.Millisecond
		r.Notices.Mail, r.Notices.Webhook, r.Notices.AlertTo = true, true, []string{"ops@interviewing.example"}
	})
}

// named is a company that names who gets its notices: Ann, and, against its own interest, the "Created by" address.
func (p *post) named(org string) (key string) {
	p.t.Helper()
	key = p.company(org)
	p.sql("UPDATE ghexport.integrations SET notice_emails = ARRAY['ann@' || $1 || '.example', upper($2)] WHERE org_id = $1", org, createdBy)
	return key
}

// lookNow makes held companies due to be looked at.
func (p *post) lookNow() {
	p.t.Helper()
	p.sql("UPDATE ghexport.integrations SET probe_at = clock_timestamp() WHERE hold_cause IS NOT NULL")
}

func subjects(mails []noticetest.Mail) []string {
	var list []string
	for _, m := range mails {
		list = append(list, m.To+": "+m.Subject)
	}
	return list
}

func types(calls []noticetest.Call) []string {
	var list []string
	for _, c := range calls {
		list = append(list, fmt.Sprint(c.Type, " ", c.Data["org_id"], " ", c.Data["waiting"]))
	}
	return list
}

// Two nodes, both replaced in the middle, tell each thing once by each way; what they tell holds nothing about candidates.
func TestNotices_OnceOnHoweverManyNodes(t *testing.T) {
	t.Parallel()
	p := newPost(t)
	key := p.named("acme")
	first, second := p.start(), p.start()
	p.sim.RevokeKey(key)
	p.enqueue(result("acme", "iv_canary1"), result("acme", "iv_canary2"), result("acme", "iv_canary3"))
	broken := p.box.Await(t, 1)[0]
	assert.Contains(t, broken.Plain, "Greenhouse refuses our sign-in since")
	assert.Contains(t, broken.Plain, "https://exports.example/orgs/acme/settings")
	assert.Contains(t, broken.HTML, "waiting; none are lost")
	p.hook.Await(t, 1)

	first.stop()
	second.stop()
	first, second = p.start(), p.start()
	defer second.stop()
	defer first.stop()
	p.sim.RestoreKey(key)
	p.lookNow()
	works := p.box.Await(t, 2)[1]
	assert.Contains(t, works.Plain, "3 candidates were waiting; none were lost.")
	p.state("iv_canary3", "sent")

	p.sim.Plan(greenhousesim.Fault{Status: 504})
	p.enqueue(result("acme", "iv_canary4"))
	p.state("iv_canary4", "unknown")
	decide := p.box.Await(t, 3)[2]
	assert.Contains(t, decide.Plain, "https://exports.example/orgs/acme/decisions")
	p.hook.Await(t, 3)

	assert.Equal(t, []string{
		"ann@acme.example: We can't add candidates to your Greenhouse",
		"ann@acme.example: Adding candidates to your Greenhouse works again",
		"ann@acme.example: 1 candidate needs your decision",
	}, subjects(p.box.Mails()))
	assert.Equal(t, []string{"company.broken acme 3", "company.works_again acme 3", "company.needs_decision acme 0"}, types(p.hook.Calls()))
	p.assertNothingPersonal(key)
}

// assertNothingPersonal looks for what is known of candidates, and for the key, in all that left or was kept about it.
func (p *post) assertNothingPersonal(key string) {
	p.t.Helper()
	var all strings.Builder
	for _, m := range p.box.Mails() {
		all.WriteString(m.Raw + m.Plain + m.HTML)
	}
	for _, c := range p.hook.Calls() {
		all.WriteString(c.Raw)
	}
	for _, entry := range p.logs.All() {
		fmt.Fprintln(&all, entry.Message, entry.ContextMap())
	}
	var rows string
	err := p.watch.QueryRow(p.t.Context(), `
		SELECT concat((SELECT string_agg(n::text, ' ') FROM ghexport.notices n),
		              (SELECT string_agg(j.args::text || j.tags::text || j.errors::text, ' ') FROM ghexport.river_job j))`).Scan(&rows)
	require.NoError(p.t, err)
	all.WriteString(rows)
	for _, personal := range []string{"Lovelace", "Ada", "@example.com", "linkedin", "Really good", "cand_iv", key} {
		assert.NotContains(p.t, all.String(), personal)
	}
	for _, entry := range p.logs.All() { // nor the addresses of companies' people in what is logged
		assert.NotContains(p.t, fmt.Sprint(entry.Message, entry.ContextMap()), "ann@acme")
	}
}

// A mail server that cannot now is asked again, under the same id; one that will not is believed; a crash after sending repeats the mail
// under the same id.
func TestNotices_WhatServersAnswer(t *testing.T) {
	t.Parallel()
	p := newPost(t)
	key := p.named("acme")
	asked := make(chan string, 100)
	p.box.Refuse(func(to string) error {
		asked <- to
		return &smtp.SMTPError{Code: 451, Message: to + " later"}
	})
	p.hook.Answer(503)
	n := p.start()
	defer n.stop()
	p.sim.RevokeKey(key)
	p.enqueue(result("acme", "iv_1"))
	<-asked
	p.hook.Await(t, 1)
	p.box.Refuse(nil)
	p.hook.Answer(200)
	p.awaitNotices("waiting", 2)
	p.sql("UPDATE ghexport.notices SET due_at = clock_timestamp() WHERE state = 'waiting'")
	mail := p.box.Await(t, 1)[0]
	calls := p.hook.Await(t, 2)
	assert.Equal(t, calls[0].ID, calls[1].ID)
	assert.Equal(t, calls[0].Raw, calls[1].Raw)
	p.awaitNotices("sent", 2)

	p.sql(`UPDATE ghexport.notices SET state = 'sending', sent_at = NULL, attempt = gen_random_uuid(), deadline = clock_timestamp() - interval '1 s'
	        WHERE channel = 'mail'`)
	assert.Equal(t, mail.Header.Get("Message-ID"), p.box.Await(t, 2)[1].Header.Get("Message-ID"))
	p.awaitNotices("sent", 2)

	p.box.Refuse(func(string) error { return &smtp.SMTPError{Code: 550, Message: "no such user"} })
	p.sim.RestoreKey(key)
	p.lookNow()
	p.awaitNotices("dead", 1)
	list, err := notices.In(p.store).List(t.Context(), notices.Filter{Org: "acme"})
	require.NoError(t, err)
	for _, n := range list {
		if n.State == notices.Dead {
			assert.Equal(t, notices.WorksAgain, n.Kind)
			assert.Contains(t, *n.Detail, "550")
		}
	}
}

// Three companies refused within minutes are one alert to us and nothing to them, until it is over: then those still refused are told.
func TestNotices_ManyCompaniesRefused(t *testing.T) {
	t.Parallel()
	p := newPost(t)
	var keys []string
	for _, org := range []string{"acme", "globex", "initech"} {
		key := p.named(org)
		keys = append(keys, key)
		p.sim.RevokeKey(key)
		p.enqueue(result(org, "iv_"+org))
	}
	p.sql("UPDATE ghexport.integrations SET paused_at = clock_timestamp()") // so that all are refused between two sweeps
	n := p.start()
	defer n.stop()
	p.state("iv_initech", "pending")
	p.sql("UPDATE ghexport.integrations SET paused_at = NULL; SELECT ghexport.wake()")
	alert := p.box.Await(t, 1)[0]
	assert.Equal(t, "ops@interviewing.example: [ghexport] 401 from Greenhouse for 3 companies within minutes", subjects([]noticetest.Mail{alert})[0])
	assert.Contains(t, alert.Plain, "acme, globex, initech")

	p.sim.RestoreKey(keys[0])
	p.sim.RestoreKey(keys[1])
	p.lookNow()
	p.state("iv_acme", "sent")
	p.state("iv_globex", "sent")
	p.box.Await(t, 2)
	assert.Equal(t, []string{
		"ops@interviewing.example: [ghexport] 401 from Greenhouse for 3 companies within minutes",
		"ann@initech.example: We can't add candidates to your Greenhouse",
	}, subjects(p.box.Mails()))
	p.hook.Await(t, 2)
	assert.Equal(t, []string{"service.refusals <nil> 3", "company.broken initech 1"}, types(p.hook.Calls()))
	p.awaitNotices("suppressed", 4)
}

// awaitNotices waits, change by change, until so many notices are in a state.
func (p *post) awaitNotices(state string, n int) {
	p.t.Helper()
	p.sql(`DO $$ BEGIN
		IF NOT EXISTS (SELECT FROM pg_trigger WHERE tgrelid = 'ghexport.notices'::regclass AND tgname = 'tell') THEN
			CREATE TRIGGER tell AFTER INSERT OR UPDATE ON ghexport.notices FOR EACH STATEMENT EXECUTE FUNCTION public.tell();
		END IF; END $$`)
	p.eventually(fmt.Sprintf("%d notices %s", n, state), func() bool {
		var have int
		require.NoError(p.t, p.watch.QueryRow(p.t.Context(), "SELECT count(*) FROM ghexport.notices WHERE state = $1", state).Scan(&have))
		return have == n
	})
}

func TestOutcomeOf(t *testing.T) {
	t.Parallel()
	n := notices.Notice{Attempts: 1}
	o, code := outcomeOf(n, nil)
	assert.Equal(t, notices.Outcome{Sent: true}, o)
	assert.Zero(t, code)
	o, code = outcomeOf(n, &notice.RefusedError{Permanent: true, Code: 550, Says: "550 no such user"})
	assert.True(t, o.Refused)
	assert.Equal(t, 550, code)
	o, code = outcomeOf(n, errors.New("cut off"))
	assert.False(t, o.Refused || o.Sent)
	assert.Zero(t, code)
	assert.LessOrEqual(t, o.Again, 30*time.Second)
}

// eventually waits, change by change, until something is so.
func (p *post) eventually(what string, so func() bool) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.t.Context(), patience)
	defer cancel()
	for !so() {
		_, err := p.watch.WaitForNotification(ctx)
		require.NoErrorf(p.t, err, "waited too long for %s; log: %s", what, p.said())
	}
}

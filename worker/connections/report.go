package connections

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/interviewing-io/greenhouse-export/greenhouse"
	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/seal"
	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/wording"
)

// lookRequests sets how many requests a connection test that passes makes.
const lookRequests = 3

// findings holds what a connection test found, and the lists that it read on the way.
type findings struct {
	report store.TestReport
	jobs   []store.SeenJob // nil: not read
	pools  []store.SeenPool
	asked  bool // Greenhouse was
}

// look makes the requests of a connection test. They count against the key's budget; a key that is known and has none left is not
// asked about. It writes nothing at Greenhouse: reads may pass where creating is not allowed, which only the first export shows.
func (c *Connections) look(ctx context.Context, p pair) (findings, error) {
	f := findings{report: store.TestReport{At: time.Now().UTC(), CreatedBy: p.createdBy, KeyLast5: seal.Last5(p.key)}}
	known := p.stored != nil && p.stored.key == p.key
	if known {
		free, err := c.Store.ChargeBudget(ctx, p.digest, lookRequests)
		if err != nil {
			return f, err
		}
		if !free {
			f.busy()
			return f, nil
		}
	}
	f.asked = true
	user, answer, refusal := c.client(p.testing).CurrentUser(ctx, p.credential())
	if err := c.keep(ctx, p, answer.Status, user, refusal); err != nil {
		return f, err
	}
	if refusal != nil {
		e := asGreenhouseError(refusal)
		f.refused(e, "")
		if e.Class == greenhouse.ClassAuthRejected {
			return f, c.narrow(ctx, p, &f)
		}
		return f, nil
	}
	if !known { // made by now, and counted with whatever else is sent with this key
		if _, err := c.Store.ChargeBudget(ctx, p.digest, lookRequests); err != nil {
			return f, err
		}
	}
	f.accepted(p, user)
	f.lookAtJobs(ctx, c.client(p.testing), p)
	f.lookAtPools(ctx, c.client(p.testing), p)
	f.report.Passed = !f.failed()
	return f, nil
}

// keep writes down how Greenhouse answers to a pair. Of the stored pair it is a look like any other, which holds the company or lets it
// go.
func (c *Connections) keep(ctx context.Context, p pair, status int, user *greenhouse.User, refusal error) error {
	look := Answered(store.Look{OrgID: p.org, CredentialVersion: p.version, Status: status}, user, refusal)
	if p.version != 0 {
		_, err := c.Store.Looked(ctx, look)
		return err
	}
	return c.Store.AddTest(ctx, store.TestedCredential{
		OrgID: p.org, KeyDigest: p.digest, KeyLast5: seal.Last5(p.key), CreatedBy: p.createdBy,
		Answer: look.Answer, Cause: look.Cause, Status: look.Status, Detail: look.Detail,
	})
}

func (f *findings) add(check store.TestCheck) { f.report.Checks = append(f.report.Checks, check) }

func (f *findings) failed() bool {
	for _, c := range f.report.Checks {
		if c.Is == store.CheckFailed {
			return true
		}
	}
	return false
}

// The checks in their order.
const (
	checkReached  = "reached"
	checkAccepted = "accepted"
	checkUser     = "user"
	checkJobs     = "jobs"
	checkPools    = "prospects"
)

var checkNames = map[string]string{
	checkReached: "Greenhouse answers", checkAccepted: "key and email are accepted", checkUser: "created by", checkJobs: "jobs",
	checkPools: "prospects",
}

func (f *findings) ok(id, says string) {
	f.add(store.TestCheck{ID: id, What: checkNames[id], Is: store.CheckOK, Says: says})
}

func (f *findings) note(id, says, hint string) {
	f.add(store.TestCheck{ID: id, What: checkNames[id], Is: store.CheckNote, Says: says, Hint: hint})
}

func (f *findings) fail(id, says, why, hint string) {
	f.add(store.TestCheck{ID: id, What: checkNames[id], Is: store.CheckFailed, Says: says, Why: why, Hint: hint})
}

func (f *findings) accepted(p pair, user *greenhouse.User) {
	f.report.User, f.report.UserID = ledger.Clean(user.FullName, 200), user.ID
	f.ok(checkReached, "reached")
	f.ok(checkAccepted, "accepted")
	if f.report.User == "" {
		f.report.User = p.createdBy
	}
	f.ok(checkUser, fmt.Sprintf("Candidates will look as if %s added them", f.report.User))
}

func (f *findings) lookAtJobs(ctx context.Context, client *greenhouse.Client, p pair) {
	open, _, err := client.Jobs(ctx, p.credential())
	if err != nil {
		f.refused(asGreenhouseError(err), checkJobs)
		return
	}
	f.jobs = SeenJobs(open)
	f.report.OpenJobs = new(len(open))
	says := fmt.Sprintf("%s sees %s", f.report.User, wording.Count(len(open), "open job"))
	if gone := missingJobs(p.chosen, f.jobs); len(gone) > 0 {
		f.note(checkJobs, says+"; not among them, though roles are mapped to them: "+strings.Join(gone, ", "),
			"map those roles to open jobs, or give "+f.report.User+" access to these: until then, people interviewed for them are not added")
		return
	}
	f.ok(checkJobs, says)
}

func (f *findings) lookAtPools(ctx context.Context, client *greenhouse.Client, p pair) {
	pools, _, err := client.ProspectPools(ctx, p.credential())
	if err != nil {
		refused := asGreenhouseError(err)
		if refused.Status == 0 {
			f.refused(refused, checkPools)
			return
		}
		// Nobody documents what an organisation without prospects answers, and adding prospects needs no pool.
		f.note(checkPools, fmt.Sprintf("prospect pools cannot be read (status %d); whether prospects can be added shows with the first one", refused.Status),
			"if your Greenhouse has no prospects, choose \"candidate\" and a job")
		return
	}
	f.pools = seenPools(pools)
	says := wording.Count(len(pools), "prospect pool")
	if problem := missingPool(p.chosen, f.pools); problem != "" {
		f.fail(checkPools, says+"; "+problem, "it was deleted or renamed away in Greenhouse", "choose another pool or stage, or none")
		return
	}
	f.ok(checkPools, says)
}

// refused adds the line that a failure stands for. At is the check under way, empty while nothing has been accepted yet.
func (f *findings) refused(e *greenhouse.Error, at string) {
	if at == "" {
		if e.Status == 0 {
			f.fail(checkReached, "no answer: "+e.Reason, "Greenhouse is down, or our way to it is blocked: this says nothing about key or email",
				"look at https://status.greenhouse.io and try again")
			return
		}
		f.ok(checkReached, "reached")
		at = checkAccepted
	}
	switch e.Class {
	case greenhouse.ClassAuthRejected:
		f.fail(at, "refused (401): the key is wrong or revoked, or the email is not an active Greenhouse user; Greenhouse does not say which",
			"the key is of another type (Harvest and Job Board keys look just the same), was copied in part, or was revoked; or the email is not exactly the user's own in Greenhouse",
			"check that the key's type is Candidate Ingestion with partner interviewing.io (Configure > Dev Center > API Credential Management) and that the email is the user's own in Greenhouse (Configure > Users)")
	case greenhouse.ClassPermissionDenied:
		f.fail(at, "refused (403): "+missingRight(e.Op), "the user was deactivated, or its permissions were lowered",
			"ask a Site Admin to look at the user under Configure > Users: it must be active, and needs the right that is named here; or choose another user")
	case greenhouse.ClassLimited:
		f.fail(at, "Greenhouse asks us to slow down (429)", "many requests were made with this key just now", "try again in a minute")
	case greenhouse.ClassRedirect:
		f.fail(at, "redirected: this is not the API", "our address of Greenhouse is wrong", "check GREENHOUSE_BASE_URL")
	case greenhouse.ClassServer, greenhouse.ClassTimedOut:
		f.fail(at, fmt.Sprintf("Greenhouse has a fault of its own (status %d)", e.Status), "this says nothing about key or email",
			"look at https://status.greenhouse.io and try again")
	default:
		f.fail(at, "no readable answer: "+e.Error(), "Greenhouse has a fault of its own, or something between us and it answers in its place",
			"look at https://status.greenhouse.io and try again")
	}
}

// missingRight names what the user lacks, from what was tried.
func missingRight(op greenhouse.Op) string {
	switch op {
	case greenhouse.OpCurrentUser:
		return "the user may not use the API at all, which every active user may"
	case greenhouse.OpJobs:
		return "the user may not read jobs, which the permission Basic and above allows"
	}
	return "the user may not do this"
}

// busy says that the key's budget is used up, so that nothing was asked.
func (f *findings) busy() {
	f.fail(checkReached, "not asked: what Greenhouse allows this key at the moment is used up by what is being sent", "", "try again in 10 seconds")
}

// shutReport is the test of a stored key that cannot be opened here.
func shutReport(i store.Integration) store.TestReport {
	f := findings{report: store.TestReport{At: time.Now().UTC()}}
	if i.CreatedBy != nil {
		f.report.CreatedBy = *i.CreatedBy
	}
	if i.KeyLast5 != nil {
		f.report.KeyLast5 = *i.KeyLast5
	}
	f.fail(checkAccepted, "the saved key cannot be opened here", "it was sealed with a keyset that this service does not have", "paste the key again")
	return f.report
}

func asGreenhouseError(err error) *greenhouse.Error {
	var e *greenhouse.Error
	if errors.As(err, &e) {
		return e
	}
	return &greenhouse.Error{Class: greenhouse.ClassNoAnswer, Reason: "connection failed", Err: err}
}

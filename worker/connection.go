package worker

import (
	"context"
	"errors"
	"fmt"

	"github.com/interviewing-io/greenhouse-export/greenhouse"
)

// Check is one line of a connection test.
type Check struct {
	What string `json:"what"`           // what was looked at
	OK   bool   `json:"ok"`             // whether it is as it should be
	Says string `json:"says"`           // what was found, in words for a person
	Hint string `json:"hint,omitempty"` // what to do about it
}

// Connection is what a test of a company's key and "Created by" email found.
type Connection struct {
	Checks []Check
	User   *greenhouse.User // who candidates will look as if added by; nil when the pair was not accepted
	Jobs   []greenhouse.Job
	Err    *greenhouse.Error // what made it fail; nil when it passed
	Calls  int               // requests made, which count against the company's budget
}

// Passed tells whether the company may send with this credential.
func (c Connection) Passed() bool { return c.Err == nil && c.User != nil }

// TestConnection reads the current user and the jobs with a credential. It writes nothing anywhere; reads may pass where creating
// is not allowed, which only the first export shows.
func TestConnection(ctx context.Context, client *greenhouse.Client, cred greenhouse.Credential) Connection {
	var c Connection
	user, _, err := client.CurrentUser(ctx, cred)
	c.Calls++
	if err != nil {
		c.fail(err)
		return c
	}
	c.User = user
	c.add("Greenhouse answers", true, "reached", "")
	c.add("key and email are accepted", true, "accepted", "")
	c.add("created by", true, fmt.Sprintf("Candidates will look as if %s added them", user.FullName), "")
	open, _, err := client.Jobs(ctx, cred)
	c.Calls++
	if err != nil {
		c.fail(err)
		return c
	}
	c.Jobs = open
	c.add("jobs", true, fmt.Sprintf("sees %d open jobs", len(open)), "")
	return c
}

func (c *Connection) add(what string, ok bool, says, hint string) {
	c.Checks = append(c.Checks, Check{What: what, OK: ok, Says: says, Hint: hint})
}

// fail adds the line of the check that an error stands for.
func (c *Connection) fail(err error) {
	if !errors.As(err, &c.Err) {
		c.Err = &greenhouse.Error{Class: greenhouse.ClassNoAnswer, Err: err}
	}
	reached := c.Err.Status != 0
	if c.User == nil {
		c.add("Greenhouse answers", reached, map[bool]string{true: "reached", false: "no answer: " + c.Err.Reason}[reached], "")
	}
	if !reached {
		c.Checks[len(c.Checks)-1].Hint = "look at https://status.greenhouse.io and at this machine's way out"
		return
	}
	switch c.Err.Class {
	case greenhouse.ClassAuthRejected:
		c.add("key and email are accepted", false, "refused (401): the key is wrong or revoked, or the email is not an active Greenhouse user; Greenhouse does not say which",
			"check that the key's type is Candidate Ingestion with partner interviewing.io (Configure > Dev Center > API Credential Management) and that the email is the user's own in Greenhouse (Configure > Users)")
	case greenhouse.ClassPermissionDenied:
		c.add("rights", false, "refused (403): the user may not do this",
			"ask a Site Admin to raise the user's permissions, or choose another user")
	case greenhouse.ClassRedirect:
		c.add("address", false, "redirected: this is not the API", "check GREENHOUSE_BASE_URL")
	default:
		c.add("a readable answer", false, c.Err.Error(), "try again; look at https://status.greenhouse.io")
	}
}

package main

import (
	"fmt"
	"time"

	"github.com/interviewing-io/greenhouse-export/ledger"
)

// day holds what ages are set in.
const day = 24 * time.Hour

// retention reads for how long each class of what grows is kept.
func (c Config) retention() ledger.Retention {
	return ledger.Retention{
		ledger.KeptPeople:   time.Duration(c.KeepPeople) * day,
		ledger.KeptRejected: time.Duration(c.KeepPeople) * day,
		ledger.KeptAttempts: time.Duration(c.KeepAttempts) * day,
		ledger.KeptMembers:  time.Duration(c.KeepAttempts) * day,
		ledger.KeptAudit:    time.Duration(c.KeepAudit) * day,
		ledger.KeptNotices:  time.Duration(c.KeepNotices) * day,
		ledger.KeptChecks:   time.Duration(c.KeepNotices) * day,
		ledger.KeptEvents:   time.Duration(c.KeepEvents) * day,
		ledger.KeptJobs:     c.KeepJobs,
	}
}

// checkRetention finds ages below what pages and late answers still need. A value that is no number has been reported, and is zero.
func (c Config) checkRetention() problems {
	var found problems
	keep := c.retention()
	for _, setting := range []struct {
		name  string
		class ledger.Kept
	}{
		{"GHEXPORT_KEEP_PEOPLE_DAYS", ledger.KeptPeople},
		{"GHEXPORT_KEEP_ATTEMPTS_DAYS", ledger.KeptAttempts},
		{"GHEXPORT_KEEP_AUDIT_DAYS", ledger.KeptAudit},
		{"GHEXPORT_KEEP_NOTICES_DAYS", ledger.KeptNotices},
		{"GHEXPORT_KEEP_EVENTS_DAYS", ledger.KeptEvents},
	} {
		if kept := keep[setting.class]; kept != 0 && kept < setting.class.Least() {
			found = append(found, fmt.Errorf("%s: %d is neither 0, for ever, nor at least %d", setting.name, kept/day, setting.class.Least()/day))
		}
	}
	if c.KeepJobs < 0 || c.KeepJobs > 0 && c.KeepJobs < ledger.KeptJobs.Least() {
		found = append(found, fmt.Errorf("GHEXPORT_KEEP_CANCELLED_JOBS: %s is less than %s", c.KeepJobs, ledger.KeptJobs.Least()))
	}
	return found
}

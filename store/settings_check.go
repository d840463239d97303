package store

import (
	"fmt"
	"net/mail"
	"slices"
	"strings"

	"github.com/interviewing-io/greenhouse-export/ledger"

	"github.com/interviewing-io/greenhouse-export/jobs"
)

// check finds every value that is wrong by itself.
func (p Settings) check() (wrong []error) {
	must := func(ok bool, field, must string) {
		if !ok {
			wrong = append(wrong, &SettingError{field, must})
		}
	}
	oneOf := func(field string, value *string, allowed ...string) {
		must(value == nil || slices.Contains(allowed, *value), field, "one of "+strings.Join(allowed, ", "))
	}
	id := func(field string, value *int64, of string) {
		must(value == nil || *value >= 0, field, "the id of "+of+" in Greenhouse")
	}
	oneOf("mode", p.Mode, "prospect", "candidate")
	oneOf("credit", p.Credit, "created_by", "interviewer", "fixed")
	oneOf("second_interview", p.SecondInterview, "hold", "create", "skip")
	oneOf("server_errors", p.ServerErrors, "retry", "ask")
	id("default_job_id", p.DefaultJobID, "a job")
	id("prospect_pool_id", p.PoolID, "a prospect pool")
	id("prospect_pool_stage_id", p.PoolStageID, "a stage of that pool")
	must(p.TimeZone == nil || *p.TimeZone == "" || jobs.IsTimeZone(*p.TimeZone), "time_zone", "an IANA name such as America/Los_Angeles")
	must(p.InFlightCap == nil || *p.InFlightCap >= 1 && *p.InFlightCap <= 64, "in_flight_cap", "1 to 64")
	must(p.NoteFormat == nil || slices.Contains(ledger.NoteFormats, *p.NoteFormat), "note_format", "1 or 2")
	must(p.KeepPeopleDays == nil || *p.KeepPeopleDays == 0 || *p.KeepPeopleDays >= ledger.LeastPeopleDays && *p.KeepPeopleDays <= ledger.MostPeopleDays,
		"keep_people_days", fmt.Sprintf("%d to %d", ledger.LeastPeopleDays, ledger.MostPeopleDays))
	must(areRoles(p.JobMap), "job_map", "names of roles, each with the id of a Greenhouse job")
	must(p.CreditTo == nil || *p.CreditTo == Person{} || p.CreditTo.whole(), "credit_to", "a person with email, first_name and last_name")
	must(len(p.NoticeEmails) <= noticeEmailsMax && !slices.ContainsFunc(p.NoticeEmails, isNoEmail), "notice_emails",
		fmt.Sprintf("at most %d email addresses", noticeEmailsMax))
	return wrong
}

func areRoles(jobs map[string]int64) bool {
	for role, job := range jobs {
		if strings.TrimSpace(role) == "" || len([]rune(role)) > personTextMax || job <= 0 {
			return false
		}
	}
	return len(jobs) <= rolesMax
}

func (p Person) whole() bool {
	for _, part := range []string{p.FirstName, p.LastName} {
		if strings.TrimSpace(part) == "" || len([]rune(part)) > personTextMax || ledger.Clean(part, 4*personTextMax) != part {
			return false
		}
	}
	return IsEmail(p.Email)
}

// IsEmail tells a bare address in its canonical form, local part and domain, from everything else; see [jobs.Email].
func IsEmail(address string) bool {
	parsed, err := mail.ParseAddress(address)
	email, ok := jobs.Email(address)
	return err == nil && parsed.Address == address && ok && email == address && len(address) <= 254
}

func isNoEmail(address string) bool { return !IsEmail(address) }

// understood reads the addresses in a change as people paste them: with mailto:, angle brackets, invisible characters around.
func (p Settings) understood() Settings {
	if p.CreditTo != nil && p.CreditTo.Email != "" {
		to := *p.CreditTo
		to.Email = jobs.PastedEmail(to.Email)
		p.CreditTo = &to
	}
	if p.NoticeEmails != nil {
		emails := []string{}
		for _, pasted := range p.NoticeEmails {
			emails = append(emails, jobs.PastedEmail(pasted))
		}
		p.NoticeEmails = emails
	}
	return p
}

// SettingErrors are all that are in an error, in the order in which they were found.
func SettingErrors(err error) []*SettingError {
	var found []*SettingError
	switch e := err.(type) {
	case *SettingError:
		return []*SettingError{e}
	case interface{ Unwrap() []error }:
		for _, one := range e.Unwrap() {
			found = append(found, SettingErrors(one)...)
		}
	case interface{ Unwrap() error }:
		return SettingErrors(e.Unwrap())
	}
	return found
}

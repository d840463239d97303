package api

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/interviewing-io/greenhouse-export/store"
)

// change holds what a request asks to change. Fields that are left out stay as they are; null clears those that may be empty.
type change struct {
	store.ConnectionChange
	reason string
	role   string // of a preview
}

// reader takes fields out of a request's object and notes each that is wrong.
type reader struct {
	object map[string]json.RawMessage
	wrong  []wrongField
}

// field reads one, if it is there.
func field[T any](r *reader, name, must string, take func(T)) {
	raw, sent := r.object[name]
	delete(r.object, name)
	if !sent {
		return
	}
	var value T
	if string(raw) == "null" || json.Unmarshal(raw, &value) != nil {
		r.wrong = append(r.wrong, wrongField{name, must})
		return
	}
	take(value)
}

// clearable reads one that null clears.
func clearable[T any](r *reader, name, must string, take func(T)) {
	if raw, sent := r.object[name]; sent && string(raw) == "null" {
		delete(r.object, name)
		var none T
		take(none)
		return
	}
	field(r, name, must+", or null", take)
}

// end notes whatever is left over, and returns all that is wrong.
func (r *reader) end() []wrongField {
	for _, name := range slices.Sorted(maps.Keys(r.object)) {
		r.wrong = append(r.wrong, wrongField{name, "left out: there is no such field"})
	}
	return r.wrong
}

// credential reads a pasted key and a created-by.
func (c *change) credential(r *reader) {
	field(r, "key", "text", func(key string) { c.Key = store.APIKey(key) })
	field(r, "created_by", "text", func(email string) { c.CreatedBy = email })
}

// choices reads everything else that a company settles.
func (c *change) choices(r *reader) {
	s := &c.Settings
	clearable(r, "time_zone", "text", func(zone string) { s.TimeZone = &zone })
	for name, to := range map[string]**string{
		"mode": &s.Mode, "credit": &s.Credit, "second_interview": &s.SecondInterview, "server_errors": &s.ServerErrors,
	} {
		field(r, name, "text", func(value string) { *to = &value })
	}
	for name, to := range map[string]**int64{
		"default_job_id": &s.DefaultJobID, "prospect_pool_id": &s.PoolID, "prospect_pool_stage_id": &s.PoolStageID,
	} {
		if raw := r.object[name]; string(raw) == "0" { // means "none" further in, and nothing here
			r.object[name] = json.RawMessage("-1")
		}
		clearable(r, name, "a whole number", func(id int64) { *to = &id })
	}
	clearable(r, "job_map", "an object of whole numbers", func(jobs map[string]int64) {
		if s.JobMap = jobs; jobs == nil {
			s.JobMap = map[string]int64{}
		}
	})
	clearable(r, "credit_to", "an object with the texts email, first_name and last_name", func(to store.Person) { s.CreditTo = &to })
	clearable(r, "notice_emails", "a list of texts", func(emails []string) {
		if s.NoticeEmails = emails; emails == nil {
			s.NoticeEmails = []string{}
		}
	})
	field(r, "notice_webhook", "true or false", func(on bool) { s.NoticeWebhook = &on })
	if raw := r.object["keep_people_days"]; string(raw) == "0" { // means "as the service" further in, and nothing here
		r.object["keep_people_days"] = json.RawMessage("-1")
	}
	clearable(r, "keep_people_days", "a whole number", func(days int) { s.KeepPeopleDays = &days })
	field(r, "note_format", "1 or 2", func(n int) { s.NoteFormat = &n })
	field(r, "in_flight_cap", "a whole number", func(n int) { s.InFlightCap = &n })
}

// ReasonMax sets how much of a reason is read.
const ReasonMax = 500

func (c *change) because(r *reader) {
	must := fmt.Sprintf("text of at most %d characters", ReasonMax)
	field(r, "reason", must, func(reason string) {
		if c.reason = reason; len([]rune(reason)) > ReasonMax {
			r.wrong = append(r.wrong, wrongField{"reason", must})
		}
	})
}

package web

import "cmp"

// wrongEntry is one thing that is wrong with a form, with a way to its field.
type wrongEntry struct{ Field, At, Says string }

// summaryOrder are the fields of the settings from the top of the form to its foot, and the elements that take their focus.
var summaryOrder = []struct{ field, at string }{
	{"key", "key"}, {"created_by", "created_by"}, {"mode", "mode-prospect"}, {"job_map", "new-role"}, {"default_job_id", "default-job"},
	{"prospect_pool_id", "pool"}, {"credit", "credit-created"}, {"credit_to", "credit-first"}, {"time_zone", "time_zone"},
	{"second_interview", "second-hold"}, {"server_errors", "errors-retry"}, {"in_flight_cap", "cap"}, {"keep_people_days", "keep_people_days"}, {"notice_emails", "notice_emails"},
	{"note_format", "note-format-1"},
}

// Summary are the entries that need a look, in the form's order.
func (p settingsPage) Summary() (list []wrongEntry) {
	for _, one := range summaryOrder {
		if says := p.Wrong[one.field]; says != "" {
			list = append(list, wrongEntry{Field: cmp.Or(fieldWords[one.field], one.field), At: one.at, Says: says})
		}
	}
	return list
}

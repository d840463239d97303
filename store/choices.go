package store

import (
	"reflect"
	"slices"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/seal"
)

// Choices hold what a company has decided about its exports.
type Choices struct {
	TimeZone        *string          `json:"time_zone"` // IANA name; nil: UTC
	Mode            string           `json:"mode"`
	JobMap          map[string]int64 `json:"job_map"`
	DefaultJobID    *int64           `json:"default_job_id"` // in mode candidate, of roles that the map does not name; nil: sent as prospects
	PoolID          *int64           `json:"prospect_pool_id"`
	PoolStageID     *int64           `json:"prospect_pool_stage_id"`
	Credit          string           `json:"credit"`
	CreditTo        *Person          `json:"credit_to"` // set where Credit is fixed
	SecondInterview string           `json:"second_interview"`
	ServerErrors    string           `json:"server_errors"`
	InFlightCap     int              `json:"in_flight_cap"`
	NoticeEmails    []string         `json:"notice_emails"`
	NoticeWebhook   bool             `json:"notice_webhook"`
	NoteFormat      int              `json:"note_format"`      // one of ledger's, of notes that are rendered from now on
	KeepPeopleDays  *int             `json:"keep_people_days"` // of what was sent about people; nil: as the service keeps it
}

// Person is somebody at the company, as Greenhouse wants a referrer: it needs all three.
type Person struct {
	Email     string `json:"email"`
	FirstName string `json:"first_name"`
	LastName  string `json:"last_name"`
}

// InitialChoices are those of a company that has made none.
func InitialChoices() Choices {
	return Choices{
		Mode: "prospect", JobMap: map[string]int64{}, Credit: "created_by", SecondInterview: "hold", ServerErrors: "retry",
		InFlightCap: 4, NoticeEmails: []string{}, NoticeWebhook: true, NoteFormat: ledger.NoteFormatLines,
	}
}

// choicesShown are the columns of integrations i in the order of the fields of [Choices].
const choicesShown = `i.time_zone, i.mode, i.job_map, i.default_job_id, i.prospect_pool_id, i.prospect_pool_stage_id, i.credit, i.credit_to,
	       i.second_interview, i.server_errors, i.in_flight_cap, i.notice_emails, i.notice_webhook, i.note_format,
	       i.keep_people_days`

// difference returns what differs between two sets of choices, under their names in JSON, for the audit trail.
func difference(before, after Choices) (was, is map[string]any) {
	was, is = map[string]any{}, map[string]any{}
	b, a := reflect.ValueOf(before), reflect.ValueOf(after)
	for n, field := range reflect.VisibleFields(b.Type()) {
		if old, changed := b.Field(n).Interface(), a.Field(n).Interface(); !reflect.DeepEqual(old, changed) {
			was[field.Tag.Get("json")], is[field.Tag.Get("json")] = old, changed
		}
	}
	return was, is
}

// check finds what does not go together, each a [*SettingError]. CreatedBy is the company's, empty where it has none yet.
func (c Choices) check(createdBy string) (wrong []error) {
	if c.Credit == "fixed" && c.CreditTo == nil {
		wrong = append(wrong, &SettingError{"credit_to", "who gets the credit: email, first_name and last_name"})
	}
	if c.PoolStageID != nil && c.PoolID == nil {
		wrong = append(wrong, &SettingError{"prospect_pool_stage_id", "a stage of the chosen prospect_pool_id"})
	}
	if createdBy != "" && slices.ContainsFunc(c.NoticeEmails, func(to string) bool { return seal.EmailKey(to) == seal.EmailKey(createdBy) }) {
		wrong = append(wrong, &SettingError{"notice_emails", "people's addresses, and not that of \"Created by\", which need not have an inbox"})
	}
	return wrong
}

// Jobs are the Greenhouse jobs that the choices name, each once.
func (c Choices) Jobs() []int64 {
	var ids []int64
	for _, id := range c.JobMap {
		ids = append(ids, id)
	}
	if c.DefaultJobID != nil {
		ids = append(ids, *c.DefaultJobID)
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// Sender returns what an intent would read of these choices for a person interviewed for this role.
func (c Choices) Sender(role string) Sender {
	var mapped *int64
	if id, named := c.JobMap[role]; named {
		mapped = &id
	}
	return Sender{
		JobID: jobFor(c.Mode, mapped, c.DefaultJobID), PoolID: c.PoolID, StageID: c.PoolStageID, Credit: c.Credit, CreditTo: c.CreditTo,
		AsksOnServerErrors: c.ServerErrors == "ask",
	}
}

// jobFor is the Greenhouse job on which a person is added: the one that their role is mapped to, else the one for all others. Nil:
// they are sent as a prospect.
func jobFor(mode string, mapped, otherwise *int64) *int64 {
	switch {
	case mode != "candidate":
		return nil
	case mapped != nil:
		return mapped
	}
	return otherwise
}

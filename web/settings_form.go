package web

import (
	"errors"
	"net/url"
	"strconv"
	"strings"

	"github.com/interviewing-io/greenhouse-export/jobs"
	"github.com/interviewing-io/greenhouse-export/store"
)

// settingsForm is the settings as somebody types them, so that a form that comes back shows what was typed. The key is not among them:
// no page ever shows one again.
type settingsForm struct {
	Revision        string
	CreatedBy       string
	TimeZone        string
	Mode            string
	Roles           []roleRow
	DefaultJob      string
	Pool            string // "7" for a pool, "7:2" for a stage of it, "" for none
	Credit          string
	CreditTo        store.Person
	SecondInterview string
	ServerErrors    string
	InFlightCap     string
	NoticeEmails    string // one a line
	NoticeWebhook   bool
	NoteFormat      string
	KeepPeopleDays  string // "" for as long as the service does
	PreviewRole     string
}

// roleRow is one role of the company's interviews and the job that it is mapped to.
type roleRow struct {
	Name    string
	Job     string // "" for none
	Results int64
}

// formOf shows what is saved.
func formOf(i store.Integration, roles []store.Role) settingsForm {
	f := settingsForm{
		Revision: strconv.FormatInt(i.Revision, 10), Mode: i.Mode, Credit: i.Credit, SecondInterview: i.SecondInterview, ServerErrors: i.ServerErrors,
		InFlightCap: strconv.Itoa(i.InFlightCap), NoticeEmails: strings.Join(i.NoticeEmails, "\n"), NoticeWebhook: i.NoticeWebhook,
		NoteFormat: strconv.Itoa(i.NoteFormat),
		CreatedBy:  text(i.CreatedBy), TimeZone: text(i.TimeZone), DefaultJob: number(i.DefaultJobID), Pool: number(i.PoolID),
	}
	if i.KeepPeopleDays != nil {
		f.KeepPeopleDays = strconv.Itoa(*i.KeepPeopleDays)
	}
	if i.PoolStageID != nil {
		f.Pool += ":" + number(i.PoolStageID)
	}
	if i.CreditTo != nil {
		f.CreditTo = *i.CreditTo
	}
	for _, r := range roles {
		f.Roles = append(f.Roles, roleRow{Name: r.Name, Job: number(r.JobID), Results: r.Results})
	}
	return f
}

// typed takes what came with a form over what is saved.
func (f settingsForm) typed(v url.Values) settingsForm {
	f.Revision, f.CreatedBy, f.TimeZone = v.Get("revision"), jobs.PastedEmail(v.Get("created_by")), strings.TrimSpace(v.Get("time_zone"))
	f.Mode, f.DefaultJob, f.Pool = v.Get("mode"), v.Get("default_job_id"), v.Get("pool")
	f.Credit = v.Get("credit")
	f.CreditTo = store.Person{
		Email: jobs.PastedEmail(v.Get("credit_email")), FirstName: strings.TrimSpace(v.Get("credit_first_name")), LastName: strings.TrimSpace(v.Get("credit_last_name")),
	}
	f.SecondInterview, f.ServerErrors = v.Get("second_interview"), v.Get("server_errors")
	f.NoticeEmails, f.NoticeWebhook, f.PreviewRole = v.Get("notice_emails"), v.Get("notice_webhook") == "on", v.Get("preview_role")
	if v.Has("in_flight_cap") { // only ours see it
		f.InFlightCap = strings.TrimSpace(v.Get("in_flight_cap"))
	}
	if v.Has("note_format") { // a page of an older console has no such field
		f.NoteFormat = v.Get("note_format")
	}
	if v.Has("keep_people_days") {
		f.KeepPeopleDays = strings.TrimSpace(v.Get("keep_people_days"))
	}
	results := map[string]int64{}
	for _, r := range f.Roles {
		results[r.Name] = r.Results
	}
	f.Roles = nil
	names, jobs := v["role"], v["job"]
	for n, name := range names {
		if name = strings.TrimSpace(name); n < len(jobs) && (name != "" || jobs[n] != "") {
			f.Roles = append(f.Roles, roleRow{Name: name, Job: jobs[n], Results: results[name]})
		}
	}
	return f
}

// change returns what saving the form asks for, or what is wrong with it, each a [*store.SettingError]. What the store checks is left to it.
func (f settingsForm) change() (store.Settings, error) {
	var wrong []error
	id := func(field, value string) *int64 {
		n, err := strconv.ParseInt(value, 10, 64)
		if value != "" && (err != nil || n <= 0) {
			wrong = append(wrong, &store.SettingError{Field: field, Must: "chosen from the list"})
		}
		return &n // 0 clears it
	}
	pool, stage, _ := strings.Cut(f.Pool, ":")
	s := store.Settings{
		TimeZone: &f.TimeZone, Mode: &f.Mode, DefaultJobID: id("default_job_id", f.DefaultJob), PoolID: id("prospect_pool_id", pool),
		PoolStageID: id("prospect_pool_id", stage), Credit: &f.Credit, CreditTo: f.creditTo(), SecondInterview: &f.SecondInterview,
		ServerErrors: &f.ServerErrors, NoticeEmails: strings.Fields(strings.NewReplacer(",", " ", ";", " ").Replace(f.NoticeEmails)),
		NoticeWebhook: &f.NoticeWebhook, JobMap: map[string]int64{},
	}
	if s.NoticeEmails == nil {
		s.NoticeEmails = []string{} // none, and not "as before"
	}
	for _, r := range f.Roles {
		if r.Job != "" {
			s.JobMap[r.Name] = *id("job_map", r.Job)
		}
	}
	revision, err := strconv.ParseInt(f.Revision, 10, 64)
	if err != nil {
		wrong = append(wrong, &store.SettingError{Field: "revision", Must: "as the page had it: open the page again"})
	}
	s.Revision = &revision
	most, err := strconv.Atoi(f.InFlightCap)
	if err != nil {
		wrong = append(wrong, &store.SettingError{Field: "in_flight_cap", Must: "1 to 64"})
	}
	s.InFlightCap = &most
	format, err := strconv.Atoi(f.NoteFormat)
	if err != nil {
		wrong = append(wrong, &store.SettingError{Field: "note_format", Must: "1 or 2"})
	}
	s.NoteFormat = &format
	s.KeepPeopleDays = new(int) // which clears it
	if f.KeepPeopleDays != "" {
		if *s.KeepPeopleDays, err = strconv.Atoi(f.KeepPeopleDays); err != nil || *s.KeepPeopleDays == 0 {
			*s.KeepPeopleDays = -1 // is told with what it must be
		}
	}
	return s, errors.Join(wrong...)
}

// creditTo is kept while somebody else gets the credit, so that choosing to and fro loses nothing.
func (f settingsForm) creditTo() *store.Person {
	if f.Credit != "fixed" && (f.CreditTo.Email == "" || f.CreditTo.FirstName == "" || f.CreditTo.LastName == "") {
		return nil
	}
	return &f.CreditTo
}

// fieldOf is the field of the form beside which a problem stands.
func fieldOf(problem string) string {
	if problem == "prospect_pool_stage_id" {
		return "prospect_pool_id"
	}
	return problem
}

// wrongFields are the problems of a form by field, in words; nil where the error is none of a form's.
func wrongFields(err error) map[string]string {
	var wrong map[string]string
	for _, e := range store.SettingErrors(err) {
		if wrong == nil {
			wrong = map[string]string{}
		}
		if field := fieldOf(e.Field); wrong[field] == "" {
			wrong[field] = "Must be " + e.Must + "."
		}
	}
	return wrong
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

func number(n *int64) string {
	if n == nil {
		return ""
	}
	return strconv.FormatInt(*n, 10)
}

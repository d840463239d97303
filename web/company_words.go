package web

import (
	"cmp"
	"html/template"

	"github.com/interviewing-io/greenhouse-export/jobs"
	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/web/auth"
	"github.com/interviewing-io/greenhouse-export/wording"
)

// askForm is a button that asks for a reason before it does anything, without script.
type askForm struct{ Path, Verb, Text, Says, Tone string }

// companyFuncs are the functions of the companies' pages.
var companyFuncs = template.FuncMap{
	"orgPath":        auth.CompanyHome,
	"ask":            func(path, verb, text, says, tone string) askForm { return askForm{path, verb, text, says, tone} },
	"secondWord":     func(policy string) string { return secondWords[policy] },
	"checkWord":      func(k store.CheckKind) string { return checkWords[k] },
	"checkTone":      func(a store.CheckAnswer) string { return checkTones[a] },
	"connectionWord": func(i store.Integration) string { return standingOf(i).Word() },
	"creditWord":     func(credit string) string { return creditWords[credit] },
	"fieldWord":      func(field string) string { return cmp.Or(fieldWords[field], field) },
	"zones":          jobs.TimeZones,
	"heldWords":      wording.PeopleHeld,
	"keptDays":       wording.KeptDays,
	"formatWord":     func(format int) string { return formatWords[format] },
	"closedSince":    closedSince,
	"jobChoice":      jobChoice,
	"poolChoice":     poolChoice,
	"len64":          func(list []store.CheckRow) int64 { return int64(len(list)) },
}

var secondWords = map[string]string{
	"hold": "wait for a decision", "create": "make a second profile", "skip": "are not sent",
}

var formatWords = map[int]string{
	ledger.NoteFormatLines: "Blank lines between, the scale in the first line", ledger.NoteFormatBullets: "A short first line, and bullets",
}

var checkWords = map[store.CheckKind]string{
	store.CheckTest: "a person’s test", store.CheckSend: "an export", store.CheckProbe: "a probe", store.CheckDaily: "the daily look",
	store.CheckTrial: "a trial export",
}

var checkTones = map[store.CheckAnswer]string{store.CheckAccepted: "good", store.CheckRefused: "bad", store.CheckNone: "warn"}

var creditWords = map[string]string{
	"created_by": "the “Created by” user", "interviewer": "the interviewer", "fixed": "always the same person",
}

// fieldWords name the fields of the settings.
var fieldWords = map[string]string{
	"key": "API key", "created_by": "“Created by” email", "time_zone": "Time zone", "mode": "How people are added", "job_map": "Roles and jobs",
	"default_job_id": "Job for all other roles", "prospect_pool_id": "Prospect pool", "credit": "Credit", "credit_to": "Credit",
	"second_interview": "Second interviews", "server_errors": "Errors of Greenhouse", "in_flight_cap": "Exports at once", "notice_emails": "Notices",
	"note_format": "Layout of the note", "keep_people_days": "Personal data",
}

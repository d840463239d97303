package main

import (
	"cmp"
	"errors"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/interviewing-io/greenhouse-export/jobs"
	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/worker/render"
)

// checked holds what would become of one line, under the names of `enqueue --check --json`.
type checked struct {
	Line        int               `json:"line"`
	OrgID       string            `json:"org_id"`
	InterviewID string            `json:"interview_id"`
	Errors      []jobs.FieldError `json:"errors"`
	Would       *string           `json:"would"` // export, wait or never; null where it is refused
	Because     *string           `json:"because"`
	FirstName   *string           `json:"first_name"` // these are null unless it would be exported
	LastName    *string           `json:"last_name"`
	LinkedIn    *string           `json:"linkedin"`
	Flags       []string          `json:"flags"`
	Note        *string           `json:"note"`
	NoteFormat  *int              `json:"note_format"` // the layout in which it is shown
}

// noteLook describes how notes are shown: each in a layout, and one company's in its own layout and time zone.
type noteLook struct {
	format int // of all, where it is said; else 0
	org    string
	own    store.Choices
}

// noteLook reads what the flags of enqueue say, and the company's choices where one is named.
func (c *cli) noteLook(cmd *cobra.Command, org string, format int) (look noteLook, err error) {
	look = noteLook{format: format, org: org}
	if cmd.Flags().Changed("note-format") && !slices.Contains(ledger.NoteFormats, format) {
		return look, usagef("--note-format is 1 or 2")
	}
	if org == "" {
		return look, nil
	}
	st, _, err := c.open(cmd.Context(), "enqueue")
	if err != nil {
		return look, err
	}
	defer st.Close()
	i, err := st.Integration(cmd.Context(), org)
	look.own = i.Choices
	return look, err
}

// of is the layout and the time zone of a result's note.
func (n noteLook) of(r jobs.InterviewResult) (format int, zone string) {
	format = ledger.NoteFormatLines
	if n.org != "" && r.OrgID == n.org {
		format = n.own.NoteFormat
		if n.own.TimeZone != nil {
			zone = *n.own.TimeZone
		}
	}
	return cmp.Or(n.format, format), zone
}

// checkResults says what would become of each line; lines that would be refused make it exit with 1.
func (c *cli) checkResults(results []lineResult, look noteLook, asJSON bool) error {
	list := []checked{}
	failed := problems{}
	for _, one := range results {
		verdict := judgeLine(one, look)
		list = append(list, verdict)
		if len(verdict.Errors) > 0 {
			failed = append(failed, refused([]lineResult{one})...)
		}
		if !asJSON {
			c.showVerdict(verdict)
		}
	}
	if asJSON {
		if err := c.json(list); err != nil {
			return err
		}
	} else if len(list) == 0 {
		c.printf("there is nothing to check\n")
	}
	if len(failed) > 0 {
		if asJSON {
			return errProblemsFound
		}
		return failed
	}
	return nil
}

func judgeLine(one lineResult, look noteLook) checked {
	v := checked{Line: one.line, OrgID: one.result.OrgID, InterviewID: one.result.InterviewID, Errors: []jobs.FieldError{}, Flags: []string{}}
	var invalid *jobs.ValidationError
	if errors.As(one.err, &invalid) {
		v.Errors = invalid.Fields
		return v
	}
	would, because := jobs.Verdict(one.result)
	v.Would, v.Because = &would, &because
	if would != jobs.WouldExport {
		return v
	}
	format, zone := look.of(one.result)
	rendered, err := render.Render(one.result, zone, format)
	if err != nil {
		v.Errors, v.Would, v.Because = []jobs.FieldError{{Field: "message", Message: err.Error()}}, nil, nil
		return v
	}
	v.FirstName, v.LastName, v.Note = &rendered.FirstName, &rendered.LastName, &rendered.Note
	v.NoteFormat = &rendered.NoteFormat
	if rendered.LinkedIn != "" {
		v.LinkedIn = &rendered.LinkedIn
	}
	v.Flags = append(v.Flags, rendered.Flags...)
	return v
}

func (c *cli) showVerdict(v checked) {
	if v.Would == nil {
		return // its errors are said on the other stream
	}
	c.printf("line %d: %s of %s: would %s: %s\n", v.Line, visible(v.InterviewID), visible(v.OrgID), words[*v.Would], *v.Because)
	if v.Note == nil {
		return
	}
	c.printf("  first name: %s\n  last name:  %s\n", visible(*v.FirstName), visible(*v.LastName))
	if v.LinkedIn != nil {
		c.printf("  linkedin:   %s\n", visible(*v.LinkedIn))
	}
	if len(v.Flags) > 0 {
		c.printf("  flags:      %s\n", strings.Join(v.Flags, ", "))
	}
	c.printf("  note:\n    %s\n", strings.ReplaceAll(lines(*v.Note), "\n", "\n    "))
}

// words put the verdicts into a sentence.
var words = map[string]string{jobs.WouldExport: "be exported", jobs.WouldWait: "wait", jobs.WouldNever: "never be exported"}

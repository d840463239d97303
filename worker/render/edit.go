package render

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/interviewing-io/greenhouse-export/jobs"
	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store/edit"
)

// EditFields are the fields that a person may edit before a replay. A name is split as a producer's full_name is.
var EditFields = []string{"name", "first_name", "last_name", "email", "linkedin"}

// Edit edits what is sent about a person by the rules by which a producer's message is read and rendered; the note stays, byte for
// byte. An empty linkedin leaves the address out; nothing else may be empty. Pure. Its errors name fields and rules, never a value.
func Edit(was ledger.Body, set map[string]string) (edit.Edited, error) {
	if len(set) == 0 {
		return edit.Edited{}, errors.New("no field is named: there are " + strings.Join(EditFields, ", "))
	}
	for _, field := range slices.Sorted(maps.Keys(set)) {
		if !slices.Contains(EditFields, field) {
			return edit.Edited{}, fmt.Errorf("%q cannot be edited: there are %s", field, strings.Join(EditFields, ", "))
		}
		if field != "linkedin" && trimInvisible(set[field]) == "" {
			return edit.Edited{}, fmt.Errorf("%s must not be empty", field)
		}
	}
	person := jobs.Candidate{ID: "-", FirstName: was.FirstName, LastName: was.LastName, Email: was.Email, LinkedIn: was.LinkedIn}
	given(set, "first_name", &person.FirstName)
	given(set, "last_name", &person.LastName)
	if given(set, "name", &person.FullName) {
		person.FirstName, person.LastName = set["first_name"], set["last_name"]
	}
	if given(set, "email", &person.Email) {
		person.Email = jobs.PastedEmail(person.Email)
	}
	given(set, "linkedin", &person.LinkedIn)
	return edited(was, person, set)
}

func given(set map[string]string, field string, into *string) bool {
	value, ok := set[field]
	if ok {
		*into = value
	}
	return ok
}

// edited judges and renders the person as a fold would, and takes over what was edited.
func edited(was ledger.Body, person jobs.Candidate, set map[string]string) (edit.Edited, error) {
	yes := true
	r := jobs.InterviewResult{
		OrgID: "-", InterviewID: "-", InterviewedAt: time.Unix(0, 0).UTC(), InterviewerAdvances: &yes, CandidateContinues: &yes, Candidate: person,
	}
	var refused *jobs.ValidationError
	if err := jobs.Validate(r); errors.As(err, &refused) {
		var says []string
		for _, f := range refused.Fields {
			field := strings.TrimPrefix(f.Field, "candidate.")
			says = append(says, strings.Replace(field, "full_name", "name", 1)+" "+f.Message)
		}
		return edit.Edited{}, errors.New(strings.Join(says, "; "))
	} else if err != nil {
		return edit.Edited{}, errors.New("it cannot be written as a message")
	}
	rendered, err := Render(r, "", was.NoteFormat)
	if err != nil {
		return edit.Edited{}, err
	}
	out := edit.Edited{Body: was}
	if _, ok := set["email"]; ok {
		out.Body.Email = rendered.Email
	}
	if _, ok := set["linkedin"]; ok {
		if slices.Contains(rendered.Flags, ledger.FlagLinkedInLeftOut) {
			return edit.Edited{}, errors.New("linkedin must be the address of a profile, such as https://www.linkedin.com/in/ada, or empty")
		}
		out.Body.LinkedIn = rendered.LinkedIn
		out.Lowered = append(out.Lowered, ledger.FlagLinkedInLeftOut)
	}
	if set["name"] != "" || set["first_name"] != "" || set["last_name"] != "" {
		out.Body.FirstName, out.Body.LastName = rendered.FirstName, rendered.LastName
		out.Lowered = append(out.Lowered, ledger.FlagNamePadded)
		if rendered.LastName == noSurname {
			out.Raised = append(out.Raised, ledger.FlagNamePadded)
		}
	}
	return out, nil
}

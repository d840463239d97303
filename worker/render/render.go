package render

import (
	"cmp"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/interviewing-io/greenhouse-export/jobs"
	"github.com/interviewing-io/greenhouse-export/ledger"
)

// Rendered holds what is sent about one person, as text.
type Rendered struct {
	FirstName  string
	LastName   string
	Email      string
	LinkedIn   string // empty: left out
	Note       string
	NoteFormat int      // in which the note is laid out
	Flags      []string // of store's constants; nil for none
}

// Render makes of an eligible result what will be sent, once, so that a replay weeks later sends the same bytes. It is pure but for
// the time-zone table. The note's date is the day on which the interview began, in the interview's zone, else in companyZone, else in UTC.
// A note format that this binary does not know gives way to the first; the result tells which it is.
//
// An error means that no sendable text can be made (no visible name, an unknown zone); it holds no personal data, and another try
// gives the same. Everything else that is odd is sent as well as can be, and flagged.
func Render(r jobs.InterviewResult, companyZone string, noteFormat int) (Rendered, error) {
	zone, err := noteZone(r.TimeZone, companyZone)
	if err != nil {
		return Rendered{}, err
	}
	out := Rendered{Email: strings.TrimSpace(r.Candidate.Email), NoteFormat: formatKnown(noteFormat)}
	flag := func(raise bool, name string) {
		if raise {
			out.Flags = append(out.Flags, name)
		}
	}
	var raised bool
	out.FirstName, out.LastName, raised = SplitName(r.Candidate.FirstName, r.Candidate.LastName, r.Candidate.FullName)
	if out.FirstName == "" {
		return Rendered{}, errors.New("the candidate's name has no visible characters")
	}
	flag(raised, ledger.FlagNamePadded)

	out.LinkedIn, raised = LinkedInProfile(r.Candidate.LinkedIn)
	flag(!raised && trimInvisible(r.Candidate.LinkedIn) != "", ledger.FlagLinkedInLeftOut)

	out.Note, raised = facts{
		interviewer: r.Interviewer.Name, day: r.InterviewedAt.In(zone), technical: r.Scores.TechnicalSkills,
		communication: r.Scores.CommunicationSkills, problem: r.Scores.ProblemSolvingAbility, feedback: r.FreeformFeedback,
	}.note(out.NoteFormat)
	flag(raised, ledger.FlagNoteCut)
	return out, nil
}

// noteZone is the zone whose calendar dates the note. Never the machine's: two nodes would print two days.
func noteZone(ofInterview, ofCompany string) (*time.Location, error) {
	if !jobs.IsTimeZone(ofCompany) {
		ofCompany = "" // chosen when any name passed that one machine knew: no reason to reject the company's messages on another
	}
	name := cmp.Or(strings.TrimSpace(ofInterview), ofCompany, "UTC")
	if !jobs.IsTimeZone(name) {
		return nil, errors.New("the interview's time zone is no place")
	}
	if zone, ok := zones.Load(name); ok {
		return zone.(*time.Location), nil
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		return nil, fmt.Errorf("time zone of the note's date: %w", err)
	}
	zones.Store(name, zone)
	return zone, nil
}

// zones remembers what was loaded, since loading one reads and parses a file each time: a tenth of what a fold costs. Immutable values
// of a bounded list of names, so that sharing it changes nothing that anybody sees.
var zones sync.Map

package ledger

import (
	"strings"
	"time"
)

// ObservedAs names what Greenhouse said of a candidate.
type ObservedAs string

// The ways.
const (
	ObservedThere      ObservedAs = "there"      // an answer or an event names it, with applications
	ObservedMissing    ObservedAs = "missing"    // an answer leaves it out
	ObservedDeleted    ObservedAs = "deleted"    // an event
	ObservedAnonymised ObservedAs = "anonymised" // an event
	ObservedMerged     ObservedAs = "merged"     // an event: it is another one from now on
)

// Observation holds what Greenhouse said of one candidate at one time.
type Observation struct {
	Candidate    int64 // Greenhouse's id
	As           ObservedAs
	At           time.Time // as of when, by Greenhouse's clock where it tells it
	Whole        bool      // there: Applications are all that it has, as an answer shows them, and not the one of an event
	Applications []Application
	Into         int64 // merged: the candidate that it is from now on
}

// Looked tells the observations of an answer from those of an event.
func (o Observation) Looked() bool { return o.Whole || o.As == ObservedMissing }

// Application tells where a candidate stands on one job, or on none.
type Application struct {
	ID     int64 // 0 where Greenhouse did not say
	Status TrackStatus
	Stage  string
	Job    string
}

// TrackChange names what an observation changed, in the words of the feed; the heaviest where there are several.
type TrackChange string

// The changes.
const (
	ChangeNone       TrackChange = ""
	ChangeSeen       TrackChange = "seen"  // named for the first time
	ChangeMoved      TrackChange = "moved" // to another stage or job
	ChangeRejected   TrackChange = "rejected"
	ChangeUnrejected TrackChange = "unrejected"
	ChangeHired      TrackChange = "hired"
	ChangeUnhired    TrackChange = "unhired"
	ChangeMerged     TrackChange = "merged"
	ChangeGone       TrackChange = "gone"
)

// Observe returns where a candidate stands after an observation of it, what that changed, and whether the observation counted at all:
// one that is older than the newest that counted, or comes after the end, does not. Only an event ends: silence never does. Pure; the
// same observation again changes nothing.
func (t Tracked) Observe(o Observation) (after Tracked, change TrackChange, counted bool) {
	switch {
	case o.Candidate != t.Candidate || t.End == EndErased:
		return t, ChangeNone, false
	case o.As == ObservedMerged:
		if o.Into <= 0 || o.Into == t.Candidate {
			return t, ChangeNone, false
		}
		t.Candidate, t.End, t.EndAt, t.MissingSince = o.Into, EndNone, time.Time{}, time.Time{}
		t.MovedAt = later(t.MovedAt, o.At)
		return t, ChangeMerged, true
	case t.End != EndNone:
		return t, ChangeNone, false
	case o.As == ObservedDeleted:
		t.End, t.EndAt = EndDeleted, o.At
		return t, ChangeGone, true
	case o.As == ObservedAnonymised:
		t.End, t.EndAt = EndAnonymised, o.At
		return t, ChangeGone, true
	case o.At.Before(t.SeenAt):
		return t, ChangeNone, false
	case o.As == ObservedMissing:
		if t.MissingSince.IsZero() {
			t.MissingSince = o.At
		}
		return t, ChangeNone, true
	}
	return t.stand(o)
}

// stand takes in where the candidate stands as of an observation that is not too old.
func (t Tracked) stand(o Observation) (after Tracked, change TrackChange, counted bool) {
	app, found := t.choose(o)
	if !found && !o.Whole {
		return t, ChangeNone, false // of another application, which tells nothing of where ours stands
	}
	t.SeenAt = o.At
	if !o.At.Before(t.MissingSince) {
		t.MissingSince = time.Time{}
	}
	if !found {
		return t, ChangeNone, true
	}
	app.Status = TrackStatus(strings.ToLower(string(app.Status)))
	change = t.turns(app)
	if app.ID != 0 {
		t.Application = app.ID
	}
	t.Status, t.Stage, t.Job = app.Status, app.Stage, app.Job
	if change == ChangeNone {
		return t, change, true
	}
	t.MovedAt = o.At
	if change != ChangeSeen && t.FirstMovedAt.IsZero() {
		t.FirstMovedAt = o.At
	}
	return t, change, true
}

// choose picks the application that tells where the candidate stands: of all the one that went furthest, the export's own before others
// and the newest before older ones; of an event its one application, unless that is another than the one followed and went less far.
func (t Tracked) choose(o Observation) (Application, bool) {
	var best Application
	found := false
	for _, app := range o.Applications {
		if !o.Whole && !t.follows(app) {
			continue
		}
		if !found || t.further(app, best) {
			best, found = app, true
		}
	}
	return best, found
}

func (t Tracked) follows(app Application) bool {
	same := app.ID == 0 || t.Application == 0 || app.ID == t.Application
	return same || app.rank() > rankOf(t.Status) || app.rank() == rankOf(t.Status) && app.rank() == rankActive
}

func (t Tracked) further(a, than Application) bool {
	if a.rank() != than.rank() {
		return a.rank() > than.rank()
	}
	if own := t.OwnApplication; own != 0 && (a.ID == own) != (than.ID == own) {
		return a.ID == own
	}
	return a.ID > than.ID
}

const rankActive = 2

func (a Application) rank() int { return rankOf(a.Status) }

func rankOf(s TrackStatus) int {
	switch TrackStatus(strings.ToLower(string(s))) {
	case "":
		return 0
	case TrackRejected:
		return 1
	case TrackHired:
		return 3
	default:
		return rankActive
	}
}

// turns names the change from where the candidate stands to an application.
func (t Tracked) turns(app Application) TrackChange {
	switch {
	case app.Status == t.Status && app.Stage == t.Stage && app.Job == t.Job:
		return ChangeNone
	case app.Status != t.Status && app.Status == TrackHired:
		return ChangeHired
	case app.Status != t.Status && app.Status == TrackRejected:
		return ChangeRejected
	case t.Status == "" && t.Stage == "" && t.Job == "":
		return ChangeSeen
	case app.Status != t.Status && t.Status == TrackHired:
		return ChangeUnhired
	case app.Status != t.Status && t.Status == TrackRejected:
		return ChangeUnrejected
	default:
		return ChangeMoved
	}
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

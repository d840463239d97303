package ledger

import "time"

// TrackStatus is Greenhouse's status of an application, in lower case.
type TrackStatus string

// The statuses that Greenhouse documents. Another one counts as active.
const (
	TrackActive   TrackStatus = "active"
	TrackRejected TrackStatus = "rejected"
	TrackHired    TrackStatus = "hired"
)

// TrackEnd is why a sent candidate is in Greenhouse no more. What answers merely leave out is not that: see [Tracked.MissingSince].
type TrackEnd string

// The ends.
const (
	EndNone       TrackEnd = ""
	EndDeleted    TrackEnd = "deleted"
	EndAnonymised TrackEnd = "anonymised"
	EndErased     TrackEnd = "erased" // here, and so we do not ask any more
)

const day = 24 * time.Hour

// Of the looks at sent candidates.
const (
	FirstLook    = 5 * time.Minute // after it was sent or has moved, and the longest rest of a company that has sent somebody
	RejectedFor  = 60 * day        // how long a rejected candidate is still looked at, since a rejection may be taken back
	missingSlows = day             // what answers leave out is looked at no more often
)

// Tracked tells where a sent candidate stands, and what decides when Greenhouse is asked next.
type Tracked struct {
	ExportID       int64
	InterviewID    string
	Candidate      int64 // Greenhouse's id today
	Application    int64 // whose status this is; 0 before it is known
	OwnApplication int64 // that was made when it was sent; 0 where Greenhouse did not say

	Status TrackStatus // "" before the first answer that names the candidate
	Stage  string
	Job    string

	SentAt       time.Time
	SeenAt       time.Time // of the newest word of Greenhouse; zero before
	MovedAt      time.Time // since when it is seen to stand so; zero before
	FirstMovedAt time.Time // when it was first seen elsewhere than at first; zero before
	MissingSince time.Time // since when answers leave it out; zero when the last did not
	End          TrackEnd
	EndAt        time.Time
}

// NextLook is the delay from now until the next look; false when there is none ever again: after hired, RejectedFor after the
// rejection was seen, or once gone. What was sent or has moved lately is looked at often, what has not slower with age. Pure.
func (t Tracked) NextLook(now time.Time) (time.Duration, bool) {
	if t.End != EndNone || t.Status == TrackHired {
		return 0, false
	}
	if t.Status == TrackRejected {
		left := RejectedFor - now.Sub(t.MovedAt)
		return min(7*day, left), left > 0
	}
	last := t.SentAt
	if t.MovedAt.After(last) {
		last = t.MovedAt
	}
	next := lookAfter(now.Sub(last))
	if !t.MissingSince.IsZero() {
		next = max(next, missingSlows)
	}
	return next, true
}

func lookAfter(age time.Duration) time.Duration {
	switch {
	case age < time.Hour:
		return FirstLook
	case age < day:
		return time.Hour
	case age < 7*day:
		return 6 * time.Hour
	case age < 30*day:
		return day
	case age < 180*day:
		return 3 * day
	default:
		return 14 * day
	}
}

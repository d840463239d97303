package web

import (
	"fmt"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/wording"
)

// standing describes how a company stands in a word and a colour. A company that may send is not well for that alone: what was refused, what
// fails and what waits for a person is told first, the worst before all.
type standing struct {
	State     ledger.ConnectionState
	Held      *ledger.Cause
	Dead      int64
	Undecided int64
	Still     bool         // nothing is sent with its key for now
	Hour      *ledger.Pace // its last hour; nil where nobody looked
}

// failing says that more of the last hour's attempts failed than were sent.
func (s standing) failing() bool { return s.Hour != nil && s.Hour.Attempts > 0 && s.Hour.Share() < 0.5 }

// Word is the badge's word.
func (s standing) Word() string {
	if s.State != ledger.ConnectionOn {
		return wording.Connection(s.State)
	}
	switch {
	case s.Held != nil:
		return "On, refused"
	case s.Dead > 0:
		return "On, " + wording.Number(s.Dead) + " dead"
	case s.failing():
		return "On, failing"
	case s.Still:
		return "On, slowed down"
	case s.Undecided > 0:
		return "On, to decide"
	}
	return wording.Connection(s.State)
}

// Tone is the badge's colour.
func (s standing) Tone() string {
	if s.State != ledger.ConnectionOn {
		return connectionTones[s.State]
	}
	switch {
	case s.Held != nil, s.Dead > 0:
		return "bad"
	case s.failing(), s.Still, s.Undecided > 0:
		return "warn"
	}
	return connectionTones[s.State]
}

// but says in a sentence what is not well with a company that is on and may send; empty where all is.
func (s standing) but() string {
	switch {
	case s.State != ledger.ConnectionOn || s.Held != nil:
		return ""
	case s.Dead > 0:
		return wording.Plural(s.Dead, "export was", "exports were") + " refused for good or given up. None is lost: each stays until somebody replays or discards it."
	case s.failing():
		return fmt.Sprintf("In the last hour %s of %s failed; what failed is tried again by itself.", wording.Number(s.Hour.Attempts-s.Hour.Sent), wording.Plural(s.Hour.Attempts, "attempt", "attempts"))
	case s.Undecided > 0:
		return wording.Plural(s.Undecided, "export waits", "exports wait") + " for a decision that only a person can make."
	}
	return ""
}

// standingOf returns how a company stands by its connection alone.
func standingOf(i store.Integration) standing { return standing{State: i.State, Held: i.Held} }

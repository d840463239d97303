package runs

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
)

// State tells where a replay run stands.
type State string

// The states of a run.
const (
	Running State = "running"
	Paused  State = "paused"  // by a person, or by itself; releases nothing
	Stopped State = "stopped" // by a person, for good; what was released goes on
	Done    State = "done"    // every member has settled
)

// MemberState names what became of a member: how its export ended, or one of these.
type MemberState string

// Beside the states in which exports end.
const (
	MemberWaiting  MemberState = "waiting"
	MemberReleased MemberState = "released" // due, queued or being sent
	MemberSkipped  MemberState = "skipped"  // never released
)

// Kind says what a run is of.
type Kind string

// The kinds of runs.
const (
	Replay   Kind = "replay"   // of exports that a filter selects
	Backfill Kind = "backfill" // of a company's interviews that never went, for a reason that is gone
)

// verb returns what the run does to each of its members.
func (k Kind) verb() ledger.Verb {
	if k == Backfill {
		return ledger.VerbBackfill
	}
	return ledger.VerbReplay
}

// Run is a replay or a back-fill of many exports: a frozen set, of which a few go first and the rest at a rate. Its names are those of
// `runs show --json`.
type Run struct {
	ID        int64           `json:"id"`
	Kind      Kind            `json:"kind"`
	State     State           `json:"state"`
	Phase     Phase           `json:"phase"`
	Because   *string         `json:"because"` // why it is paused or was stopped
	Actor     string          `json:"actor"`
	Reason    string          `json:"reason"`
	Ticket    *string         `json:"ticket"`
	Selected  json.RawMessage `json:"selected"` // the filter, as words
	Members   int64           `json:"members"`
	Canary    int             `json:"canary"`
	Rate      *float64        `json:"rate"` // releases a second; null for the default
	StopShare float64         `json:"stop_share"`
	StopFrom  int             `json:"stop_from"`
	CreatedAt time.Time       `json:"created_at"`
	ProvedAt  *time.Time      `json:"proved_at"` // since when the rest may go
	EndedAt   *time.Time      `json:"ended_at"`
	Counts    Counts          `json:"counts"`
	Left      *ledger.Seconds `json:"left_s"` // how long it will take at the pace so far; null where that cannot be told
}

// Phase tells how far a run has come.
type Phase string

// The phases, in their order.
const (
	PhaseCanary Phase = "canary" // the first must be sent before the rest goes
	PhaseRest   Phase = "rest"
	PhaseVerify Phase = "verify" // all are released; the last are awaited
	PhaseOver   Phase = "over"
)

// Counts are the members by what became of them.
type Counts struct {
	Waiting   int64                  `json:"waiting"`
	Held      int64                  `json:"held"` // of those waiting: their companies may not send now
	Released  int64                  `json:"released"`
	Sent      int64                  `json:"sent"`
	DeadAgain int64                  `json:"dead_again"`
	Unknown   int64                  `json:"unknown"`
	Decide    int64                  `json:"duplicate"`
	Ended     int64                  `json:"ended"` // withdrawn, discarded or erased on the way
	Skipped   int64                  `json:"skipped"`
	Causes    map[ledger.Cause]int64 `json:"dead_again_by_cause"`
}

// Settled returns how many have come to an end.
func (c Counts) Settled() int64 {
	return c.Sent + c.DeadAgain + c.Unknown + c.Decide + c.Ended + c.Skipped
}

// What a run does unless it is told otherwise.
const (
	CanaryDefault    = 1
	StopShareDefault = 0.2 // of the settled members may die again
	StopFromDefault  = 10  // once that many have settled
	// RateDefault sets how many a second go at most. Their companies' budgets allow less as a rule; beyond it live work would feel the run
	// in the database and in the workers.
	RateDefault = 25.0
)

// Request says what to replay, or to back-fill, and how carefully.
type Request struct {
	Kind      Kind         // empty is a replay
	Filter    store.Filter // IDs, or what matches; as for [store.Store.Replay]. A back-fill is of Org, From, To and Limit alone
	By        store.By     // Reason must not be empty
	Ticket    string
	Canary    int     // this many must be sent before the rest goes; 0 releases all
	Rate      float64 // releases a second; 0 for the default
	StopShare float64 // of settled members that may die again before it pauses itself; 0 for the default, 1 for never
	Expect    int64   // how many were confirmed; when it is another number by now nothing is begun. 0 takes what there is
}

// PlanChangedError says that other exports match by now than were confirmed. Nothing was begun.
type PlanChangedError struct{ Confirmed, Now int64 }

// Error names both numbers.
func (e *PlanChangedError) Error() string {
	return fmt.Sprintf("%d exports were confirmed, and %d match by now: nothing was changed", e.Confirmed, e.Now)
}

// NothingToReplayError says that no export of a selection can be a run's. Nothing was begun.
type NothingToReplayError struct {
	Kind    Kind
	LeftOut []LeftOut
}

// Error says why, if there is a why.
func (e *NothingToReplayError) Error() string {
	text := "nothing to replay"
	if e.Kind == Backfill {
		text = "nothing to back-fill"
	}
	for n, out := range e.LeftOut {
		text += map[bool]string{true: ": ", false: "; "}[n == 0] + out.String()
	}
	return text
}

// RefusedError says that a run is not in a state for what was asked. Nothing was changed.
type RefusedError struct {
	Run   int64
	State State
}

// Error names the run and its state.
func (e *RefusedError) Error() string { return fmt.Sprintf("run %d is %s", e.Run, e.State) }

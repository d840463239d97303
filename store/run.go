package store

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/interviewing-io/greenhouse-export/ledger"
)

// RunState is where a replay run stands.
type RunState string

// The states of a run.
const (
	RunRunning RunState = "running"
	RunPaused  RunState = "paused"  // by a person, or by itself; releases nothing
	RunStopped RunState = "stopped" // by a person, for good; what was released goes on
	RunDone    RunState = "done"    // every member has settled
)

// MemberState is what became of a member: how its export ended, or one of these.
type MemberState string

// Beside the states in which exports end.
const (
	MemberWaiting  MemberState = "waiting"
	MemberReleased MemberState = "released" // due, queued or being sent
	MemberSkipped  MemberState = "skipped"  // never released
)

// Run is a replay of many exports: a frozen set, of which a few go first and the rest at a rate. Its names are those of
// `runs show --json`.
type Run struct {
	ID        int64           `json:"id"`
	State     RunState        `json:"state"`
	Phase     RunPhase        `json:"phase"`
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
	Counts    RunCounts       `json:"counts"`
	Left      *ledger.Seconds `json:"left_s"` // how long it will take at the pace so far; null where that cannot be told
}

// RunPhase is how far a run has come.
type RunPhase string

// The phases, in their order.
const (
	PhaseCanary RunPhase = "canary" // the first must be sent before the rest goes
	PhaseRest   RunPhase = "rest"
	PhaseVerify RunPhase = "verify" // all are released; the last are awaited
	PhaseOver   RunPhase = "over"
)

// RunCounts are the members by what became of them.
type RunCounts struct {
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

// Settled is how many have come to an end.
func (c RunCounts) Settled() int64 {
	return c.Sent + c.DeadAgain + c.Unknown + c.Decide + c.Ended + c.Skipped
}

// What a run does unless it is told otherwise.
const (
	RunCanaryDefault    = 1
	RunStopShareDefault = 0.2 // of the settled members may die again
	RunStopFromDefault  = 10  // once that many have settled
	// RunRateDefault is how many a second go at most. Their companies' budgets allow less as a rule; beyond it live work would feel the run
	// in the database and in the workers.
	RunRateDefault = 25.0
)

// RunRequest says what to replay, and how carefully.
type RunRequest struct {
	Filter    Filter // IDs, or what matches; as for [Store.Replay]
	By        By     // Reason must not be empty
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
type NothingToReplayError struct{ LeftOut []LeftOut }

// Error says why, if there is a why.
func (e *NothingToReplayError) Error() string {
	text := "nothing to replay"
	for n, out := range e.LeftOut {
		text += map[bool]string{true: ": ", false: "; "}[n == 0] + out.String()
	}
	return text
}

// RunRefusedError says that a run is not in a state for what was asked. Nothing was changed.
type RunRefusedError struct {
	Run   int64
	State RunState
}

// Error names the run and its state.
func (e *RunRefusedError) Error() string { return fmt.Sprintf("run %d is %s", e.Run, e.State) }

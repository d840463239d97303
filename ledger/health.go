package ledger

import (
	"time"

	"github.com/google/uuid"
)

// Backlog holds what is under way or waits. Reading it costs as much as there is of that, whatever the size of the ledger.
type Backlog struct {
	Stopped   *Stop            `json:"stopped"`
	Doubt     string           `json:"doubt"`        // why the ledger may have forgotten what was sent; empty where nothing says so
	Outbox    int64            `json:"outbox"`       // messages not folded yet
	OutboxAge Seconds          `json:"outbox_age_s"` // of the oldest of them
	Rejected  int64            `json:"rejected"`     // messages that could not be folded
	Waiting   int64            `json:"waiting"`      // pending exports, held ones included
	Due       int64            `json:"due"`          // exports that could go now, their company permitting it
	DueAge    Seconds          `json:"due_age_s"`    // for how long the longest of them has been due
	InFlight  int64            `json:"in_flight"`    // queued or sending
	Dead      int64            `json:"dead"`         // dead letters
	DeadBy    map[Cause]int64  `json:"dead_by"`      // their causes
	Unknown   int64            `json:"unknown"`      // in doubt: a person must look
	Decisions int64            `json:"duplicate"`    // possible duplicates that wait for a decision
	Failing   Failing          `json:"failing"`      // what Greenhouse fails to take
	Untold    int64            `json:"notices_dead"` // notices of the last day that reached nobody
	Wave      []string         `json:"wave"`         // companies refused (401) within minutes: rarely their fault; empty while there is no such wave
	Held      []HeldGroup      `json:"held"`         // what waits for companies that may not send, by reason
	Oldest    []OrgWaiting     `json:"oldest"`       // the ten companies whose exports have waited for longest
	Still     []OrgStill       `json:"still"`        // companies that may send and wait for their budget, the longest first
	RiverJobs map[string]int   `json:"river_jobs"`   // River's jobs that are not finished, by River's states
	Paused    []PausedQueue    `json:"queues_paused"`
	Nodes     []Node           `json:"nodes"`
	Sources   []Source         `json:"sources"`      // producers' own databases
	Companies int64            `json:"companies_on"` // turned on
	ByHold    map[string]int64 `json:"companies"`    // by the cause that holds them, and "on": those that send

	Live     map[State]int64 `json:"-"` // exact counts of the states that something is still to come of
	LateOrgs []string        `json:"-"` // companies whose exports have been due for too long, those that wait for longest first
}

// Seconds is a length of time that JSON shows as a number of seconds.
type Seconds float64

// Duration is the same length.
func (s Seconds) Duration() time.Duration { return time.Duration(float64(s) * float64(time.Second)) }

// HeldGroup is the companies held for one reason.
type HeldGroup struct {
	Cause   Cause    `json:"cause"`
	Orgs    []string `json:"orgs"` // at most 20 of them
	Count   int64    `json:"count"`
	Waiting int64    `json:"waiting"` // pending exports of theirs
}

// OrgWaiting holds what waits of one company.
type OrgWaiting struct {
	Org   string  `json:"org_id"`
	Count int64   `json:"waiting"`
	Age   Seconds `json:"age_s"` // of what has waited for longest, since it was committed
	Held  Cause   `json:"held"`  // why the company may not send; empty when it may
}

// Failing holds what waits again because Greenhouse could not be reached, or failed.
type Failing struct {
	Companies int64      `json:"companies"`
	Exports   int64      `json:"exports"`
	Since     *time.Time `json:"since"`   // the first failure of those; nil without any
	Age       Seconds    `json:"age_s"`   // for how long
	Waiting   int64      `json:"waiting"` // whatever waits of these companies
	Oldest    Seconds    `json:"oldest_s"`
}

// Stop says since when, by whom and why nothing is sent for anybody.
type Stop struct {
	At     time.Time `json:"at"`
	By     string    `json:"by"`
	Reason string    `json:"reason"`
}

// Health is the state of the whole service at one moment, as Postgres knows it.
type Health struct {
	Backlog
	States    map[State]int64 `json:"states"`
	StatesAge Seconds         `json:"states_age_s"` // how old the counts of what is over are (ineligible, sent, cancelled); the others are of now
	Trend     Trend           `json:"trend"`
	Late      []Late          `json:"late"`       // companies whose due exports have waited for over a minute, and what keeps them; at most 20
	Holders   []Holder        `json:"holders"`    // sessions that keep the service from a lock of its own
	DeadKinds []DeadKind      `json:"dead_kinds"` // what the dead letters died of, the commonest first; at most ten
}

// NodeGone is from when on a node counts as gone that has said nothing.
const NodeGone = time.Minute

// Node is one process of the service.
type Node struct {
	ID        uuid.UUID `json:"id"`
	Host      string    `json:"host"`
	Version   string    `json:"version"`
	Sends     bool      `json:"sends"`   // it takes jobs
	Console   bool      `json:"console"` // it serves the console
	Trouble   string    `json:"trouble"` // why it is not ready; empty when it is
	StartedAt time.Time `json:"started_at"`
	SeenAge   Seconds   `json:"seen_age_s"` // how long ago it said that it is there
	Keys      []int64   `json:"keys"`       // ids of the keys in its keyset; null where it does not say

	TestAddress bool `json:"test_address"` // it has one, for companies in test mode

	TroubleKind  TroubleKind `json:"trouble_kind"`  // which advice fits; empty for a binary that does not say
	TroubleSince *time.Time  `json:"trouble_since"` // since when it says trouble of that kind
}

// TakesJobs says whether the node is there and sends. One whose relay is in trouble still works off what has been handed out.
func (n Node) TakesJobs() bool {
	relaysOnly := n.TroubleKind != "" && n.TroubleKind != TroubleKeyset
	return n.Alive() && n.Sends && (n.Trouble == "" || relaysOnly)
}

// Alive says whether the node said lately that it is there.
func (n Node) Alive() bool { return n.SeenAge.Duration() < NodeGone }

// PausedQueue is a queue of River's that somebody paused: nothing in it runs, on any node, until it is resumed.
type PausedQueue struct {
	Name string    `json:"name"`
	At   time.Time `json:"at"`
	By   string    `json:"by"` // empty where it was not paused here: by another River UI, or in the database
}

// Trend describes how sending went in the last day, by the clock of the database.
type Trend struct {
	Hours    []Hour `json:"hours"` // 24 and the present one, oldest first; none is left out
	LastHour Pace   `json:"last_hour"`
	LastDay  Pace   `json:"last_day"`
}

// Hour is the attempts that ended in one hour.
type Hour struct {
	Began  time.Time       `json:"began"`
	Sent   int64           `json:"sent"`
	Failed map[Fault]int64 `json:"failed"` // by whose doing it was
	Pace   Pace            `json:"pace"`
}

// Pace describes how fast and how well exports went in some stretch of time.
type Pace struct {
	Attempts int64           `json:"attempts"`
	Sent     int64           `json:"sent"`
	Causes   map[Cause]int64 `json:"causes"` // of the attempts that were not sent
	P50      Seconds         `json:"p50_s"`  // from the producer's commit until Greenhouse's answer, within a tenth; 0 where nothing was sent
	P95      Seconds         `json:"p95_s"`
}

// Share is the part of the attempts that were sent, from 0 to 1; 1 where there was none.
func (p Pace) Share() float64 {
	if p.Attempts == 0 {
		return 1
	}
	return float64(p.Sent) / float64(p.Attempts)
}

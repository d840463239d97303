package main

import (
	"math/rand/v2"
	"time"
)

// kind is what goes wrong.
type kind string

// The faults. The two kinds of answers are the simulator's, each for a few requests.
const (
	nodeKill         kind = "node SIGKILL"
	nodeTerm         kind = "node SIGTERM"
	nodeFreeze       kind = "node frozen (SIGSTOP)"
	postgresCrash    kind = "postgres immediate stop"
	backendsEnd      kind = "backends terminated"
	postgresCut      kind = "postgres link cut"
	postgresSilent   kind = "postgres link blackhole"
	postgresSlow     kind = "postgres link slow"
	postgresStandby  kind = "postgres turned standby, and back"
	sessionsReadOnly kind = "open sessions turned read-only"
	poolerKill       kind = "pooler SIGKILL"
	poolerPause      kind = "pooler paused"
	poolerFreeze     kind = "pooler frozen (SIGSTOP)"
	greenhouseCut    kind = "greenhouse link cut"
	greenhouseSilent kind = "greenhouse link blackhole"
	greenhouseSlow   kind = "greenhouse link slow"
	answerFault      kind = "greenhouse answer"
	hostileAnswer    kind = "hostile answer"
	keyRevoked       kind = "greenhouse key revoked"
)

// weights say how often each is drawn. What takes the whole cluster down is rare, so that the others meet a working one.
var weights = []struct {
	kind   kind
	weight int
}{
	{nodeKill, 8}, {nodeTerm, 5}, {nodeFreeze, 5}, {postgresCrash, 2}, {backendsEnd, 5}, {postgresCut, 5}, {postgresSilent, 4},
	{postgresSlow, 4}, {greenhouseCut, 5}, {greenhouseSilent, 4}, {greenhouseSlow, 4}, {answerFault, 26}, {keyRevoked, 2},
	{hostileAnswer, 14}, {postgresStandby, 2}, {sessionsReadOnly, 5}, {poolerKill, 3}, {poolerPause, 3}, {poolerFreeze, 3},
}

// meanPause between two faults.
const meanPause = 700 * time.Millisecond

// event is one fault of the schedule.
type event struct {
	At     time.Duration
	Kind   kind
	Node   int           // whose link or process
	Lasts  time.Duration // of freezes, silences, slow links and revoked keys
	Answer int           // which of the answers, and for how many requests
	Times  int
}

// plan draws the schedule: the same seed gives the same one. Every kind comes once before any comes again by its weight, and so does
// every answer of each kind, so that a short run meets all kinds.
func plan(seed uint64, duration time.Duration, nodes int) []event {
	draw := rand.New(rand.NewPCG(seed, 0x67686578706f7274))
	first := draw.Perm(len(weights))
	decks := map[kind]*deck{answerFault: {of: len(answers)}, hostileAnswer: {of: len(hostile)}}
	var events []event
	for at := time.Second; ; {
		at += time.Duration(float64(meanPause) * draw.ExpFloat64())
		if at >= duration {
			return events
		}
		e := event{
			At: at, Node: draw.IntN(nodes), Lasts: time.Second + time.Duration(draw.Int64N(int64(7*time.Second))),
			Answer: draw.IntN(len(answers)), Times: 1 + draw.IntN(4), Kind: drawKind(draw),
		}
		if len(events) < len(first) {
			e.Kind = weights[first[len(events)]].kind
		}
		if d := decks[e.Kind]; d != nil {
			e.Answer = d.next(draw)
		}
		events = append(events, e)
	}
}

func drawKind(draw *rand.Rand) kind {
	total := 0
	for _, w := range weights {
		total += w.weight
	}
	n := draw.IntN(total)
	for _, w := range weights {
		if n -= w.weight; n < 0 {
			return w.kind
		}
	}
	panic("a weight is negative")
}

// deck deals numbers below of, each once before it is shuffled again.
type deck struct {
	of   int
	left []int
}

func (d *deck) next(draw *rand.Rand) int {
	if len(d.left) == 0 {
		d.left = draw.Perm(d.of)
	}
	n := d.left[0]
	d.left = d.left[1:]
	return n
}

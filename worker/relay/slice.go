package relay

import (
	"time"

	"github.com/interviewing-io/greenhouse-export/store"
)

// How long a pass may be. Whoever commits while one is under way waits for its end.
const (
	sliceAim   = 40 * time.Millisecond // one pass of a backlog
	sliceFirst = 250                   // messages, until one has been measured
	sliceLeast = 200                   // of which more than half is read, in equal shares, however many companies there are: a busy pass
	longFrom   = 32                    // messages of a company, in one read, that make it one with a backlog
)

// slice is how many messages a pass reads, so that it takes about as long as it may.
type slice int

func (s *slice) size() int {
	if *s == 0 {
		return sliceFirst
	}
	return int(*s)
}

// took learns from a pass. One of few messages says more about what every pass costs than about messages.
func (s *slice) took(messages int, d time.Duration) {
	if messages < sliceLeast || d <= 0 {
		return
	}
	fits := int(float64(messages) * float64(sliceAim) / float64(d))
	*s = slice(min(max((s.size()+fits)/2, sliceLeast), store.OutboxMessages))
}

// apart puts the messages of companies that have only few before those of companies with a backlog, to be passed by themselves. What
// were all in one pass would arrive when the last of it does.
func apart(messages []store.Message) (parts [][]store.Message) {
	count := map[string]int{}
	for _, m := range messages {
		count[m.OrgID]++
	}
	var few, many []store.Message
	for _, m := range messages {
		if count[m.OrgID] < longFrom {
			few = append(few, m)
		} else {
			many = append(many, m)
		}
	}
	for _, part := range [][]store.Message{few, many} {
		if len(part) > 0 {
			parts = append(parts, part)
		}
	}
	return parts
}

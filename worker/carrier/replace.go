package carrier

import (
	"context"
	"slices"

	"go.uber.org/zap"

	"github.com/interviewing-io/greenhouse-export/store/source"
)

// tended is a source that a tender looks after.
type tended struct {
	stop context.CancelFunc
	over <-chan struct{} // closed once the tender has given the source's turn back
}

// Replace has other sources tended from now on, and ends and closes those that are not among them. A source that stays is not disturbed:
// it must be the same one. Safe to call at any time, from one goroutine at a time.
func (c *Carrier) Replace(sources []*source.Source) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, s := range c.Sources {
		if slices.Contains(sources, s) {
			continue
		}
		if t, is := c.tended[s]; is {
			t.stop()
			<-t.over // so that a new address of the same source finds the turn free
			delete(c.tended, s)
		}
		s.Close()
	}
	c.Sources = slices.Clone(sources)
	c.tendAll()
}

// start tends every source until ctx ends.
func (c *Carrier) start(ctx context.Context) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.tended = map[*source.Source]tended{}
	c.begin = func(s *source.Source) tended {
		t := &tender{Carrier: c, source: s, wake: make(chan struct{}, 1), log: c.Log.With(zap.String("source", s.Name))}
		under, stop := context.WithCancel(ctx)
		over := make(chan struct{})
		go func() {
			defer close(over)
			t.run(under)
		}()
		return tended{stop, over}
	}
	c.tendAll()
}

// tendAll begins with what is not tended yet. The caller holds the lock.
func (c *Carrier) tendAll() {
	if c.begin == nil {
		return
	}
	for _, s := range c.Sources {
		if _, is := c.tended[s]; !is {
			c.tended[s] = c.begin(s)
		}
	}
}

// end waits until nothing is tended any more.
func (c *Carrier) end() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.begin = nil
	for _, t := range c.tended {
		t.stop()
		<-t.over
	}
}

func (c *Carrier) names() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	names := []string{}
	for _, s := range c.Sources {
		names = append(names, s.Name)
	}
	return names
}

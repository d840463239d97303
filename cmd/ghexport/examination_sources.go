package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/interviewing-io/greenhouse-export/store/source"
	"github.com/interviewing-io/greenhouse-export/wording"
)

// sources connects to each producer's own database as serve does, to all at once: one that is down must not keep the others' lines.
func (e *examination) sources(ctx context.Context) {
	if _, found := e.config.sources(); len(found) > 0 {
		return // they are among the settings' findings
	}
	open, err := e.config.openSources("ghexport doctor", nil)
	if err != nil {
		e.bad("sources", err)
		return
	}
	list := byName(open)
	defer closeSources(list)
	type look struct {
		waiting int64
		oldest  *time.Time
		err     error
	}
	looks := make([]look, len(list))
	var all sync.WaitGroup
	for i, s := range list {
		all.Go(func() { looks[i].waiting, looks[i].oldest, looks[i].err = s.Look(ctx) })
	}
	all.Wait()
	for i, s := range list {
		var trouble *source.Trouble
		switch l := looks[i]; {
		case errors.As(l.err, &trouble):
			e.bad("source "+s.Name, hinted(fmt.Errorf("%s: %s", wording.SourceTroubleSays(trouble.Kind), trouble.Says), "%s", wording.SourceTroubleDo(trouble.Kind)))
		case l.err != nil:
			e.bad("source "+s.Name, l.err)
		default:
			says := ""
			if hosts := s.Unverified(); len(hosts) > 0 {
				says = "; sslmode is weaker than verify-full, so somebody on the network could pose as " + strings.Join(hosts, ", ")
			}
			e.ok("source "+s.Name, "it can be read; %s there%s", count(l.waiting, "message"), says)
		}
	}
}

package connections

import (
	"context"
	"fmt"
	"time"

	"github.com/interviewing-io/greenhouse-export/greenhouse"
	"github.com/interviewing-io/greenhouse-export/store"
)

// Bounds of one call of [Connections.MakeLinks]: a person waits for it, and each link is a request out of the company's budget.
const (
	linksAtOnce = 20
	linksLimit  = 20 * time.Second
)

// MakeLinks has Greenhouse make tracking links, as the company's "Created by" user, for the jobs of these ids, or where none is named for
// the open jobs that have no link of that user's: 20 at most. A job that has one keeps it, unless again. Each link is kept as it comes.
// What Greenhouse refuses stands in the answer, job by job; [store.ErrNotFound] where nobody connected the company.
func (c *Connections) MakeLinks(ctx context.Context, org string, jobs []int64, again bool, by store.By) (store.MadeLinks, error) {
	made := store.MadeLinks{Made: []int64{}, Refused: []store.RefusedLink{}}
	ctx, cancel := context.WithTimeoutCause(ctx, linksLimit, fmt.Errorf("not all links were made within %s", linksLimit))
	defer cancel()
	current, err := c.currentLinks(ctx, org)
	if err != nil {
		return made, err
	}
	if len(jobs) == 0 {
		if jobs, err = c.unlinked(ctx, org, current); err != nil {
			return made, err
		}
	}
	var stop *store.RefusedLink // what keeps every further one from being made
	for n, job := range jobs {
		var refused *store.RefusedLink
		switch {
		case stop != nil:
			refused = stop
		case n >= linksAtOnce:
			refused = &store.RefusedLink{Says: fmt.Sprintf("Only %d are made at a time.", linksAtOnce), Hint: "Ask for the others once more."}
		case current[job] && !again:
		default:
			if refused, stop, err = c.makeLink(ctx, org, job, by); err != nil {
				return made, err
			}
		}
		if refused == nil {
			made.Made = append(made.Made, job)
			continue
		}
		made.Refused = append(made.Refused, store.RefusedLink{JobID: job, Says: refused.Says, Hint: refused.Hint})
	}
	return made, nil
}

// currentLinks tells which jobs have a link that credits the present "Created by" user.
func (c *Connections) currentLinks(ctx context.Context, org string) (map[int64]bool, error) {
	known, err := c.Store.JobLinks(ctx, org)
	current := map[int64]bool{}
	for _, l := range known {
		current[l.JobID] = l.Link != nil && l.Link.Current
	}
	return current, err
}

// unlinked are the open jobs that lack a link; Greenhouse is asked for them where they are not known from lately.
func (c *Connections) unlinked(ctx context.Context, org string, current map[int64]bool) (jobs []int64, err error) {
	seen, err := c.Jobs(ctx, org)
	for _, j := range seen.List {
		if j.ClosedAt == nil && !current[j.ID] {
			jobs = append(jobs, j.ID)
		}
	}
	return jobs, err
}

// makeLink has one link made and keeps it; else it says what was refused, and, as stop, that the next would be, too.
func (c *Connections) makeLink(ctx context.Context, org string, job int64, by store.By) (refused, stop *store.RefusedLink, err error) {
	p, problem, err := c.mayAsk(ctx, org)
	if err != nil {
		return nil, nil, err
	}
	if problem == "" && p.testing {
		problem = "the company is in test mode, and a link that is made elsewhere leads nowhere"
	}
	if problem != "" {
		refused = &store.RefusedLink{Says: "Greenhouse was not asked: " + problem + "."}
		return refused, refused, nil
	}
	link, _, err := c.Greenhouse.TrackingLink(ctx, p.credential(), job)
	if err != nil {
		refused, all := linkRefused(asGreenhouseError(err), p.createdBy)
		if all {
			stop = &refused
		}
		return &refused, stop, nil
	}
	return nil, nil, c.Store.KeepTrackingLink(ctx, org, job, link.Job, store.TrackingLink{
		URL: link.URL, Source: link.Source, Referrer: link.Referrer, CreatedBy: p.createdBy,
	}, by)
}

// linkRefused says in words why there is no link, and whether that is so of every job.
func linkRefused(e *greenhouse.Error, createdBy string) (refused store.RefusedLink, all bool) {
	said := fmt.Sprintf("Greenhouse refuses it (%d)", e.Status)
	if e.Message != "" {
		said = fmt.Sprintf("Greenhouse says: “%s” (%d)", e.Message, e.Status)
	}
	switch e.Class {
	case greenhouse.ClassPermissionDenied:
		return store.RefusedLink{Says: said + ".", Hint: "A Basic user may make no tracking links, and others only for jobs that they may see: in Greenhouse give " + createdBy +
			" more rights for this job (Configure > Users), or choose a Site Admin as “Created by”."}, false
	case greenhouse.ClassNotFound:
		return store.RefusedLink{Says: said + ".", Hint: "The job is not open any more, or " + createdBy + " may not see it. Load the list of jobs anew; a closed job needs no link."}, false
	case greenhouse.ClassAuthRejected:
		return store.RefusedLink{Says: said + ".", Hint: "Key or email is refused: the connection test says which."}, true
	case greenhouse.ClassInvalid:
		return store.RefusedLink{Says: said + "."}, false
	case greenhouse.ClassLimited:
		return store.RefusedLink{Says: said + ".", Hint: "Greenhouse asks us to be slower: try again in a minute."}, true
	}
	if e.Status == 0 {
		return store.RefusedLink{Says: "Greenhouse does not answer: " + e.Reason + ".", Hint: "Try again later."}, true
	}
	return store.RefusedLink{Says: said + ".", Hint: "Try again later."}, true
}

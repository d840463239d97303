package greenhousesim

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
)

func (s *Sim) currentUser(q *asked) reply {
	first, last, _ := strings.Cut(q.user.Name, " ")
	return reply{http.StatusOK, map[string]any{
		"id": q.user.ID, "full_name": q.user.Name, "first_name": first, "last_name": last, "email": q.user.Email,
	}}
}

func (s *Sim) jobs(q *asked) reply {
	type job struct {
		ID     int64  `json:"id"`
		Name   string `json:"name"`
		Status string `json:"status"`
		Public bool   `json:"public"`
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	list := []job{}
	for _, j := range q.account.Jobs {
		if !j.Closed && q.user.sees(&j) {
			list = append(list, job{j.ID, j.Name, "open", j.Public})
		}
	}
	return reply{http.StatusOK, list}
}

func (s *Sim) prospectPools(q *asked) reply {
	s.mu.Lock()
	defer s.mu.Unlock()
	pools := []ProspectPool{}
	for _, p := range q.account.ProspectPools {
		if p.Stages == nil {
			p.Stages = []PoolStage{}
		}
		pools = append(pools, p)
	}
	return reply{http.StatusOK, pools}
}

func (s *Sim) trackingLink(q *asked) reply {
	var in struct {
		JobID int64 `json:"job_id"`
	}
	if json.Unmarshal(q.body, &in) != nil {
		return refuse(http.StatusBadRequest, "", "Your request included invalid JSON.")
	}
	if q.user.Level == Basic {
		return forbidden()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	j := q.account.job(in.JobID)
	switch {
	case j == nil || j.Closed:
		return notFound()
	case !q.user.sees(j):
		return forbidden()
	}
	return reply{http.StatusOK, map[string]any{
		"tracking_link": fmt.Sprintf("%s/links/%d-%d", s.cfg.PublicURL, j.ID, q.user.ID),
		"job":           j.Name, "source": s.cfg.Source, "referrer": q.user.Name,
	}}
}

func forbidden() reply {
	return refuse(http.StatusForbidden, "", "You do not have permission to do this.")
}

func notFound() reply { return refuse(http.StatusNotFound, "", "Resource not found") }

func pathEnds(path, end string) bool {
	path, _, _ = strings.Cut(path, "?")
	return strings.HasSuffix(path, end)
}

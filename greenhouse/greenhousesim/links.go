package greenhousesim

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
)

// links registers where tracking links lead: what somebody sees who would apply. Nobody can apply here.
func (s *Sim) links() {
	s.mux.HandleFunc("GET /links/{link}", func(w http.ResponseWriter, r *http.Request) {
		v := pageView{Root: "../", Title: "No such link", Accounts: s.accountViews(), Single: true, Says: "This simulator made no such link, or was started anew since."}
		status := http.StatusNotFound
		job, user, _ := strings.Cut(r.PathValue("link"), "-")
		if title, says, found := s.linked(job, user); found {
			status, v.Title, v.Says = http.StatusOK, title, says
		}
		render(w, status, v)
	})
}

// linked says what a link of a job and a user shows.
func (s *Sim) linked(job, user string) (title, says string, found bool) {
	jobID, _ := strconv.ParseInt(job, 10, 64)
	userID, _ := strconv.ParseInt(user, 10, 64)
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, a := range s.accounts {
		j := a.job(jobID)
		for _, u := range a.Users {
			switch {
			case j == nil || u.ID != userID:
			case j.Closed:
				return j.Name, "This job is closed.", true
			default:
				return "Apply: " + j.Name, fmt.Sprintf("Whoever applies here counts at %s as come from %s, referred by %s. Nobody can apply at a simulator.", a.Name, s.cfg.Source, u.Name), true
			}
		}
	}
	return "", "", false
}

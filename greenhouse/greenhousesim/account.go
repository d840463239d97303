package greenhousesim

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Level names what a user may do: https://developers.greenhouse.io/candidate-ingestion.html, "Permissions".
type Level string

// The levels of Greenhouse. An empty one counts as SiteAdmin.
const (
	SiteAdmin   Level = "site_admin"
	JobAdmin    Level = "job_admin"
	Interviewer Level = "interviewer"
	Basic       Level = "basic"
)

// User is somebody in whose name requests may be made.
type User struct {
	ID       int64  `json:"id,omitempty"` // given when 0
	Email    string `json:"email"`
	Name     string `json:"name"`
	Level    Level  `json:"level,omitempty"`
	Disabled bool   `json:"disabled,omitempty"`
	// JobIDs are the jobs assigned to a job admin or interviewer, beside those on the job board.
	JobIDs []int64 `json:"job_ids,omitempty"`
	// CanManageUnattachedProspects is needed to read prospects on no job, by site admins too.
	CanManageUnattachedProspects bool `json:"can_manage_unattached_prospects,omitempty"`
}

// Job is a job of the account. Closed ones are not listed and take nobody.
type Job struct {
	ID     int64  `json:"id"`
	Name   string `json:"name"`
	Public bool   `json:"public"`
	Closed bool   `json:"closed,omitempty"`
}

// ProspectPool is a pool with its stages.
type ProspectPool struct {
	ID     int64       `json:"id"`
	Name   string      `json:"name"`
	Stages []PoolStage `json:"stages"`
}

// PoolStage is a stage of a pool.
type PoolStage struct {
	ID   int64  `json:"id"`
	Name string `json:"name"`
}

// Account is one company.
type Account struct {
	// Name is shown instead of the key; by default it is made of the first user's email domain.
	Name          string         `json:"name,omitempty"`
	Key           string         `json:"key"`
	Users         []User         `json:"users"`
	Jobs          []Job          `json:"jobs,omitempty"`
	ProspectPools []ProspectPool `json:"prospect_pools,omitempty"`
	NoProspects   bool           `json:"no_prospects,omitempty"` // the prospects feature is off
	Hook          Hook           `json:"hook,omitzero"`          // its web hooks; set up here they are not pinged
	// RateLimit is the number of requests in a window; 0 is no limit, and no headers that speak of one.
	RateLimit int `json:"rate_limit,omitempty"`
	// RateWindow is 10 s by default. Windows begin at multiples of it since the epoch.
	RateWindow time.Duration `json:"-"`
}

// DefaultRateWindow is the window of an account that names none.
const DefaultRateWindow = 10 * time.Second

type account struct {
	Account
	revoked    bool
	candidates []*Candidate // oldest first
	byID       map[int64]*Candidate
	window     time.Time // start of the current rate window
	spent      int       // requests in it
}

// AddAccount adds a company, or replaces the settings of the one with the same key, which keeps its candidates.
func (s *Sim) AddAccount(a Account) {
	s.mu.Lock()
	defer s.mu.Unlock()
	a.RateWindow = cmp.Or(a.RateWindow, DefaultRateWindow)
	a.Users, a.Jobs = slices.Clone(a.Users), slices.Clone(a.Jobs)
	for i := range a.Users {
		u := &a.Users[i]
		u.Level = cmp.Or(u.Level, SiteAdmin)
		u.Name = cmp.Or(u.Name, u.Email)
		if u.ID == 0 {
			u.ID = s.nextID()
		}
	}
	if a.Name == "" && len(a.Users) > 0 {
		_, domain, _ := strings.Cut(a.Users[0].Email, "@")
		a.Name, _, _ = strings.Cut(domain, ".")
	}
	a.Name = cmp.Or(a.Name, fmt.Sprintf("account %d", len(s.accounts)+1))
	if old := s.account(a.Key); old != nil {
		old.Account, old.revoked = a, false
		return
	}
	s.accounts = append(s.accounts, &account{Account: a, byID: map[int64]*Candidate{}})
}

// account is asked with mu held; nil when there is none.
func (s *Sim) account(key string) *account {
	for _, a := range s.accounts {
		if a.Key == key {
			return a
		}
	}
	return nil
}

// change edits an account. A key, email or job that does not exist is a mistake of the test that names it: it panics.
func (s *Sim) change(key string, edit func(*account)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	a := s.account(key)
	if a == nil {
		panic("greenhousesim: no account with this key")
	}
	edit(a)
}

// ChangeUser edits a user in place: disables one, changes the level.
func (s *Sim) ChangeUser(key, email string, edit func(*User)) {
	s.change(key, func(a *account) { edit(a.user(email)) })
}

// DisableUser makes the user unable to do anything.
func (s *Sim) DisableUser(key, email string) {
	s.ChangeUser(key, email, func(u *User) { u.Disabled = true })
}

// EnableUser undoes DisableUser.
func (s *Sim) EnableUser(key, email string) {
	s.ChangeUser(key, email, func(u *User) { u.Disabled = false })
}

// RevokeKey makes the key unknown; the account keeps its candidates.
func (s *Sim) RevokeKey(key string) { s.change(key, func(a *account) { a.revoked = true }) }

// RestoreKey undoes RevokeKey.
func (s *Sim) RestoreKey(key string) { s.change(key, func(a *account) { a.revoked = false }) }

// ReplaceKey gives the account another key; the old one is unknown from now on.
func (s *Sim) ReplaceKey(old, key string) { s.change(old, func(a *account) { a.Key = key }) }

// CloseJob closes a job.
func (s *Sim) CloseJob(key string, id int64) {
	s.change(key, func(a *account) { a.job(id).Closed = true })
}

// SetProspects switches the prospects feature.
func (s *Sim) SetProspects(key string, on bool) {
	s.change(key, func(a *account) { a.NoProspects = !on })
}

// SetRateLimit changes the limit; 0 requests is none. The running window keeps what was spent.
func (s *Sim) SetRateLimit(key string, requests int, window time.Duration) {
	s.change(key, func(a *account) { a.RateLimit, a.RateWindow = requests, cmp.Or(window, DefaultRateWindow) })
}

func (a *account) user(email string) *User {
	u := a.findUser(email)
	if u == nil {
		panic("greenhousesim: no user with this email")
	}
	return u
}

func (a *account) findUser(email string) *User {
	for i := range a.Users {
		if strings.EqualFold(a.Users[i].Email, email) {
			return &a.Users[i]
		}
	}
	return nil
}

// job returns nil for 0 and for a job that is not there.
func (a *account) job(id int64) *Job {
	for i := range a.Jobs {
		if a.Jobs[i].ID == id {
			return &a.Jobs[i]
		}
	}
	return nil
}

// sees tells whether the user may use a job.
func (u *User) sees(j *Job) bool {
	switch u.Level {
	case SiteAdmin:
		return true
	case Basic:
		return j.Public
	}
	return j.Public || slices.Contains(u.JobIDs, j.ID)
}

package greenhousesim

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"
)

// control registers the orders: what a test in this process does by methods, another process does over HTTP. Accounts
// are named by name or key; keys are never given out.
//
//	POST   /_sim/faults      one fault, or an array of them; fields as below
//	DELETE /_sim/faults      forgets the planned ones
//	GET    /_sim/candidates  ?account=
//	GET    /_sim/requests    ?account=
//	POST   /_sim/accounts    an Account: adds it, or replaces the settings of the one with that key
//	POST   /_sim/users       {"account","email","disabled","level"}: changes one user
func (s *Sim) control() {
	s.mux.HandleFunc("POST /_sim/faults", order(func(in oneOrMore[faultOrder]) (any, error) {
		faults := make([]Fault, len(in))
		for i, f := range in {
			var err error
			if faults[i], err = f.fault(); err != nil {
				return nil, err
			}
		}
		s.Plan(faults...)
		return map[string]int{"planned": len(faults)}, nil
	}))
	s.mux.HandleFunc("DELETE /_sim/faults", func(w http.ResponseWriter, _ *http.Request) {
		s.ClearFaults()
		writeJSON(w, http.StatusOK, map[string]int{"planned": 0})
	})
	s.mux.HandleFunc("GET /_sim/candidates", func(w http.ResponseWriter, r *http.Request) {
		writeJSON(w, http.StatusOK, s.candidatesOf(r.URL.Query().Get("account")))
	})
	s.mux.HandleFunc("GET /_sim/requests", func(w http.ResponseWriter, r *http.Request) {
		writeJSON(w, http.StatusOK, s.requestsOf(r.URL.Query().Get("account")))
	})
	s.mux.HandleFunc("POST /_sim/accounts", order(func(a Account) (any, error) {
		if err := a.Validate(); err != nil {
			return nil, err
		}
		s.AddAccount(a)
		return map[string]bool{"done": true}, nil
	}))
	s.mux.HandleFunc("POST /_sim/users", order(s.changeUser))
}

// Validate reports what keeps an account from working.
func (a Account) Validate() error {
	var errs []error
	if a.Key == "" {
		errs = append(errs, errors.New("an account needs a key"))
	}
	if len(a.Users) == 0 {
		errs = append(errs, errors.New("an account needs a user"))
	}
	for _, u := range a.Users {
		if u.Email == "" {
			errs = append(errs, errors.New("a user needs an email"))
		}
		if !u.Level.known() {
			errs = append(errs, fmt.Errorf("level %q: want site_admin, job_admin, interviewer or basic", u.Level))
		}
	}
	if a.RateLimit < 0 {
		errs = append(errs, errors.New("a rate limit is not negative"))
	}
	return errors.Join(errs...)
}

func (l Level) known() bool {
	switch l {
	case "", SiteAdmin, JobAdmin, Interviewer, Basic:
		return true
	}
	return false
}

// faultOrder is a Fault in JSON.
type faultOrder struct {
	Account    string            `json:"account"`
	ExternalID string            `json:"external_id"`
	On         string            `json:"on"`
	Times      int               `json:"times"`
	Status     int               `json:"status"`
	Body       *string           `json:"body"`
	Headers    map[string]string `json:"headers"`
	Delay      string            `json:"delay"` // as Go writes durations, 1.5s
	Hang       bool              `json:"hang"`
	Truncate   bool              `json:"truncate"`
	Gzip       bool              `json:"gzip"`
	Trailing   string            `json:"trailing"`
	Cut        Cut               `json:"cut"`
	Accepts    bool              `json:"accepts"`
}

func (o faultOrder) fault() (Fault, error) {
	f := Fault{Account: o.Account, ExternalID: o.ExternalID, On: o.On, Times: o.Times, Status: o.Status, Body: o.Body,
		Headers: o.Headers, Hang: o.Hang, Truncate: o.Truncate, Gzip: o.Gzip, Trailing: o.Trailing, Cut: o.Cut, Accepts: o.Accepts}
	var err error
	if o.Delay != "" {
		if f.Delay, err = time.ParseDuration(o.Delay); err != nil {
			return f, fmt.Errorf("delay: %w", err)
		}
	}
	switch o.Cut {
	case "", CutBefore, CutDuring, CutAfter:
	default:
		return f, fmt.Errorf("cut %q: want before, during or after", o.Cut)
	}
	if o.Status != 0 && (o.Status < 200 || o.Status > 599) {
		return f, fmt.Errorf("status %d: want 200 to 599", o.Status)
	}
	return f, nil
}

func (s *Sim) changeUser(in struct {
	Account  string `json:"account"`
	Email    string `json:"email"`
	Disabled *bool  `json:"disabled"`
	Level    Level  `json:"level"`
}) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !in.Level.known() {
		return nil, fmt.Errorf("unknown level %q", in.Level)
	}
	for _, a := range s.accounts {
		if in.Account != a.Key && in.Account != a.Name {
			continue
		}
		u := a.findUser(in.Email)
		if u == nil {
			return nil, errors.New("no such user")
		}
		if in.Disabled != nil {
			u.Disabled = *in.Disabled
		}
		if in.Level != "" {
			u.Level = in.Level
		}
		return map[string]bool{"done": true}, nil
	}
	return nil, errors.New("no such account")
}

// requestRow adds the body as text to what the log shows.
type requestRow struct {
	Request
	Body string `json:"body"`
}

func (s *Sim) requestsOf(account string) []requestRow {
	rows := []requestRow{}
	for _, r := range s.Requests() {
		if account == "" || account == r.Account || account == r.Key {
			rows = append(rows, requestRow{r, string(r.Body)})
		}
	}
	return rows
}

func (s *Sim) candidatesOf(account string) []Candidate {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := []Candidate{}
	for _, a := range s.accounts {
		if account == "" || account == a.Key || account == a.Name {
			for _, c := range a.candidates {
				list = append(list, *c)
			}
		}
	}
	return list
}

// oneOrMore reads an object as a list of one.
type oneOrMore[T any] []T

// UnmarshalJSON reads an array, or one element.
func (l *oneOrMore[T]) UnmarshalJSON(raw []byte) error {
	if len(raw) > 0 && raw[0] == '[' {
		return strict(raw, (*[]T)(l))
	}
	*l = make([]T, 1)
	return strict(raw, &(*l)[0])
}

// order decodes an order strictly, so that a mistyped field does not pass for a fault that never comes.
func order[T any](carryOut func(T) (any, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var in T
		raw, err := io.ReadAll(io.LimitReader(r.Body, maxRequestBody))
		if err == nil {
			err = strict(raw, &in)
		}
		var out any
		if err == nil {
			out, err = carryOut(in)
		}
		if err != nil {
			writeJSON(w, http.StatusBadRequest, map[string]string{"error": err.Error()})
			return
		}
		writeJSON(w, http.StatusOK, out)
	}
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // the reader left; nobody else is to be told
}

package greenhousesim

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"time"
)

// Hook is a company's web hooks: Greenhouse has one for each event, and here all go to one address under one secret.
type Hook struct {
	URL    string   `json:"url"`
	Secret string   `json:"secret"`
	Events []string `json:"events,omitempty"` // as Greenhouse names them; all when empty
}

func (h Hook) hears(action string) bool {
	return h.URL != "" && (len(h.Events) == 0 || slices.Contains(h.Events, action))
}

// HookWaits set how long Greenhouse waits between its seven attempts to deliver an event:
// https://developers.greenhouse.io/webhooks.html, "Retry policy".
var HookWaits = []time.Duration{time.Minute, 15 * time.Minute, time.Hour, 2 * time.Hour, 4 * time.Hour, 8 * time.Hour}

// hookLimit sets how long one attempt may take.
const hookLimit = 5 * time.Second

// Delivery is an event that was sent, or is on its way.
type Delivery struct {
	EventID   string `json:"event_id"`
	Account   string `json:"account"`
	Action    string `json:"action"`
	Attempts  int    `json:"attempts"`
	Status    int    `json:"status"` // of the last answer; 0 without one
	Delivered bool   `json:"delivered"`
	GivenUp   bool   `json:"given_up"`

	hook Hook
	body []byte
}

// SetHook sets up the web hooks of the account with this name or key, and sends a ping first: where that is not answered 200 they are
// disabled, and the error says so.
func (s *Sim) SetHook(account string, h Hook) error {
	if u, err := url.Parse(h.URL); err != nil || u.Host == "" || h.Secret == "" {
		return errors.New("a web hook needs a URL and a secret")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, a := range s.accounts {
		if account != a.Key && account != a.Name {
			continue
		}
		a.Hook = Hook{}
		d := s.deliver(a, h, "ping", map[string]any{"web_hook_id": s.nextID(), "endpoint_url": h.URL, "name": "all events", "active": true})
		s.mu.Unlock()
		status, err := s.attempt(d)
		s.mu.Lock()
		s.attempted(d, status)
		if err != nil || status != http.StatusOK {
			return fmt.Errorf("the ping was answered %d, and the web hooks are disabled", status)
		}
		a.Hook = h
		return nil
	}
	return errors.New("no such account")
}

// Deliveries returns every event that was sent, oldest first.
func (s *Sim) Deliveries() []Delivery {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := make([]Delivery, len(s.deliveries))
	for i, d := range s.deliveries {
		list[i] = *d
	}
	return list
}

// WaitForDeliveries returns when n events were answered 200, pings included.
func (s *Sim) WaitForDeliveries(ctx context.Context, n int) error {
	return s.wait(ctx, fmt.Sprintf("%d delivered events", n), func() (int, bool) {
		have := 0
		for _, d := range s.deliveries {
			if d.Delivered {
				have++
			}
		}
		return have, have >= n
	})
}

// Resend sends an event once more under its own id, as Greenhouse does where it missed an answer, and returns the status.
func (s *Sim) Resend(eventID string) (int, error) {
	s.mu.Lock()
	at := slices.IndexFunc(s.deliveries, func(d *Delivery) bool { return d.EventID == eventID })
	s.mu.Unlock()
	if at < 0 {
		return 0, errors.New("no such event")
	}
	return s.attempt(s.deliveries[at])
}

// hooked tells an account's web hook of what happened; mu is held.
func (s *Sim) hooked(a *account, action string, payload map[string]any) {
	if !a.Hook.hears(action) {
		return
	}
	d := s.deliver(a, a.Hook, action, payload)
	s.sending.Add(1)
	go s.send(d)
}

// deliver makes an event; mu is held.
func (s *Sim) deliver(a *account, h Hook, action string, payload map[string]any) *Delivery {
	body, err := json.Marshal(map[string]any{"action": action, "payload": payload})
	if err != nil {
		panic(err) // only values of this package get here
	}
	d := &Delivery{EventID: rand.Text(), Account: a.Name, Action: action, hook: h, body: body}
	s.deliveries = append(s.deliveries, d)
	return d
}

// send tries until it is answered 200, seven times at most.
func (s *Sim) send(d *Delivery) {
	defer s.sending.Done()
	for n := 0; ; n++ {
		status, _ := s.attempt(d)
		s.mu.Lock()
		s.attempted(d, status)
		done := d.Delivered
		d.GivenUp = !done && n == len(s.cfg.HookWaits)
		s.mu.Unlock()
		if done || n == len(s.cfg.HookWaits) {
			return
		}
		timer := time.NewTimer(s.cfg.HookWaits[n])
		select {
		case <-timer.C:
		case <-s.closed:
			timer.Stop()
			return
		}
	}
}

// attempted notes an attempt; mu is held.
func (s *Sim) attempted(d *Delivery, status int) {
	d.Attempts++
	d.Status, d.Delivered = status, status == http.StatusOK
	s.wake()
}

// attempt makes one request; 0 without an answer.
func (s *Sim) attempt(d *Delivery) (status int, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), hookLimit) // nobody's request: it ends with its limit, or with Close
	defer cancel()
	go func() {
		select {
		case <-s.closed:
			cancel()
		case <-ctx.Done():
		}
	}()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, d.hook.URL, bytes.NewReader(d.body))
	if err != nil {
		return 0, err
	}
	mac := hmac.New(sha256.New, []byte(d.hook.Secret))
	mac.Write(d.body)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Greenhouse-Event-ID", d.EventID)
	req.Header.Set("Signature", "sha256 "+hex.EncodeToString(mac.Sum(nil)))
	res, err := s.hookClient.RoundTrip(req)
	if err != nil {
		return 0, err
	}
	_ = res.Body.Close()
	return res.StatusCode, nil
}

// hooks registers what can be asked about web hooks from outside:
//
//	POST /_sim/hooks        {"account","url","secret","events"}: sets them up, after a ping
//	GET  /_sim/hooks        every event that was sent
//	POST /_sim/anonymised   {"id"}
func (s *Sim) hooks() {
	done := map[string]bool{"done": true}
	s.mux.HandleFunc("POST /_sim/hooks", order(func(in struct {
		Account string `json:"account"`
		Hook
	}) (any, error) {
		return done, s.SetHook(in.Account, in.Hook)
	}))
	s.mux.HandleFunc("GET /_sim/hooks", func(w http.ResponseWriter, _ *http.Request) { writeJSON(w, http.StatusOK, s.Deliveries()) })
	s.mux.HandleFunc("POST /_sim/anonymised", order(func(in struct {
		ID int64 `json:"id"`
	}) (any, error) {
		return done, s.Anonymise(in.ID)
	}))
}

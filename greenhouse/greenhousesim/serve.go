package greenhousesim

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"net/http"
	"strconv"
	"time"
)

// asked is one request of the API on its way through the simulator.
type asked struct {
	*http.Request
	key     string
	body    []byte
	account *account // nil while nobody is recognised
	user    User
	record  *Request
	now     time.Time
}

const maxRequestBody = 4 << 20

// api registers an endpoint. The order is Greenhouse's as far as known: who are you, is there room in your window, may
// you, is it right. A planned fault changes the answer of a request that its window lets in.
func (s *Sim) api(pattern string, endpoint func(*asked) reply) {
	s.mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
		q := &asked{Request: r, now: s.now()}
		q.key, _, _ = r.BasicAuth()
		refusal, limited, latency := s.receive(q, w.Header())

		var fault Fault
		if !limited {
			fault = s.takeFault(q, false)
		}
		if fault.Cut != CutBefore {
			s.read(q)
			if !limited {
				fault = s.takeFault(q, true)
			}
		}
		if fault.Cut == CutBefore {
			s.finish(q, 0)
			panic(http.ErrAbortHandler) // net/http then closes the connection without a word
		}

		answer := refusal
		if refusal.status == 0 {
			answer = fault.instead()
			if fault.lets() {
				if r := endpoint(q); answer.status == 0 {
					answer = r
				}
			}
		} else if planned := fault.instead(); planned.status != 0 {
			answer = planned
		}
		s.pause(q, latency+fault.Delay, fault.Hang)
		s.write(w, q, fault, answer)
	})
}

// receive logs the request, finds out who asks and whether the window has room. A refusal of status 0 lets it in.
func (s *Sim) receive(q *asked, header http.Header) (refusal reply, limited bool, latency time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.record(q)
	latency = s.latency
	unauthorized := refuse(http.StatusUnauthorized, "", "Unauthorized")
	a := s.account(q.key)
	if a == nil || a.revoked {
		return unauthorized, false, latency
	}
	q.account, q.record.Account = a, a.Name
	if !a.spend(q.now, header) {
		return refuse(http.StatusTooManyRequests, "", "Rate limit exceeded"), true, latency
	}
	u := a.findUser(q.Header.Get("On-Behalf-Of"))
	if u == nil {
		return unauthorized, false, latency
	}
	q.user = *u
	if u.Disabled {
		return refuse(s.cfg.DisabledStatus, "", http.StatusText(s.cfg.DisabledStatus)), false, latency
	}
	return reply{}, false, latency
}

// spend counts a request in its window, tells the client where it stands, and whether it is let in. The account's
// lock is held.
func (a *account) spend(now time.Time, header http.Header) bool {
	if a.RateLimit <= 0 {
		return true
	}
	start := now.Truncate(a.RateWindow)
	if !start.Equal(a.window) {
		a.window, a.spent = start, 0
	}
	a.spent++
	reset := start.Add(a.RateWindow)
	header.Set("X-RateLimit-Limit", strconv.Itoa(a.RateLimit))
	header.Set("X-RateLimit-Remaining", strconv.Itoa(max(a.RateLimit-a.spent, 0)))
	header.Set("X-RateLimit-Reset", strconv.FormatInt(int64(math.Ceil(float64(reset.UnixMilli())/1e3)), 10))
	if a.spent <= a.RateLimit {
		return true
	}
	header.Set("Retry-After", strconv.Itoa(max(int(math.Ceil(reset.Sub(now).Seconds())), 1)))
	return false
}

// read takes the whole body. A client that leaves in the middle ends the request.
func (s *Sim) read(q *asked) {
	body, err := io.ReadAll(io.LimitReader(q.Body, maxRequestBody))
	if err != nil {
		s.finish(q, 0)
		panic(http.ErrAbortHandler)
	}
	q.body = body
	if !s.cfg.DropBodies {
		s.mu.Lock()
		q.record.Body = body
		s.mu.Unlock()
	}
}

// pause waits before an answer. A hanging request ends with its client, or with Close.
func (s *Sim) pause(q *asked, wait time.Duration, hang bool) {
	if wait > 0 {
		timer := time.NewTimer(wait)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-q.Context().Done():
		case <-s.closed:
		}
	}
	if hang {
		select {
		case <-q.Context().Done():
		case <-s.closed:
		}
		s.finish(q, 0)
		panic(http.ErrAbortHandler)
	}
}

func (s *Sim) write(w http.ResponseWriter, q *asked, fault Fault, answer reply) {
	text := fault.shape(w.Header(), answer.body())
	header := w.Header()
	if header.Get("Content-Type") == "" {
		header.Set("Content-Type", "application/json")
	}
	if s.cfg.Now != nil && header.Get("Date") == "" {
		header.Set("Date", q.now.UTC().Format(http.TimeFormat))
	}
	header.Set("X-Request-Id", "sim-"+strconv.Itoa(q.record.Number))
	header.Set("Content-Length", strconv.Itoa(len(text)))
	switch fault.Cut {
	case CutAfter:
		s.finish(q, 0)
		panic(http.ErrAbortHandler)
	case CutDuring:
		s.finish(q, answer.status)
		w.WriteHeader(answer.status)
		_, _ = w.Write(text[:len(text)/2])
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}
	s.finish(q, answer.status)
	if fault.Trailing != "" {
		trail(w, answer.status, text, fault.Trailing)
		return
	}
	w.WriteHeader(answer.status)
	_, _ = w.Write(text) // a client that left has no use for the rest
}

// trail sends an answer and, in the same write, what nobody asked for behind it, and ends the connection. In one write, since what
// comes after the client's next request has left can be told from that one's answer by nobody.
func trail(w http.ResponseWriter, status int, text []byte, behind string) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	defer conn.Close()
	header := w.Header().Clone()
	header.Set("Content-Length", strconv.Itoa(len(text)))
	var all bytes.Buffer
	fmt.Fprintf(&all, "HTTP/1.1 %d %s\r\n", status, http.StatusText(status))
	_ = header.Write(&all) // a buffer takes everything
	all.WriteString("\r\n")
	all.Write(text)
	all.WriteString(behind)
	_, _ = conn.Write(all.Bytes())
}

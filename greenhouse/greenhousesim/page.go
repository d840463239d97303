package greenhousesim

import (
	"cmp"
	"embed"
	"html/template"
	"net/http"
	"slices"
	"strconv"
)

//go:embed page.html style.css
var files embed.FS

var page = template.Must(template.ParseFS(files, "page.html"))

// shown bounds a page; the newest are on it.
const shown = 200

type pageView struct {
	Root       string // relative way to /, so that the pages work below any path
	Title      string
	Accounts   []accountView
	Account    string
	Candidates []Candidate
	Total      int
	Refresh    bool
	Single     bool
	Stages     []string
	Says       string // in place of candidates
}

type accountView struct {
	Name  string
	Count int
}

// pages registers what people look at. Everything that was sent to the simulator is shown as text.
func (s *Sim) pages() {
	s.mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) {
		v := pageView{Title: "Candidates", Account: r.URL.Query().Get("account"), Accounts: s.accountViews(), Refresh: true}
		v.Candidates = s.candidatesOf(v.Account)
		slices.SortStableFunc(v.Candidates, func(a, b Candidate) int { return cmp.Compare(b.ID, a.ID) })
		v.Total = len(v.Candidates)
		v.Candidates = v.Candidates[:min(v.Total, shown)]
		render(w, http.StatusOK, v)
	})
	s.mux.HandleFunc("GET /people/{id}", func(w http.ResponseWriter, r *http.Request) {
		id, _ := strconv.ParseInt(r.PathValue("id"), 10, 64)
		v := pageView{Root: "../", Title: "No such candidate", Accounts: s.accountViews(), Single: true, Stages: stages}
		status := http.StatusNotFound
		if c := s.candidate(id); c != nil {
			status, v.Title, v.Account, v.Candidates, v.Total = http.StatusOK, c.Name(), c.Account, []Candidate{*c}, 1
		}
		render(w, status, v)
	})
	s.mux.HandleFunc("GET /style.css", func(w http.ResponseWriter, r *http.Request) {
		http.ServeFileFS(w, r, files, "style.css")
	})
}

func (s *Sim) candidate(id int64) *Candidate {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, a := range s.accounts {
		if c := a.byID[id]; c != nil {
			found := *c
			return &found
		}
	}
	return nil
}

func (s *Sim) accountViews() []accountView {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []accountView
	for _, a := range s.accounts {
		list = append(list, accountView{a.Name, len(a.candidates)})
	}
	return list
}

func render(w http.ResponseWriter, status int, v pageView) {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'")
	h.Set("Referrer-Policy", "no-referrer")
	w.WriteHeader(status)
	_ = page.Execute(w, v) // fails only when the reader left
}

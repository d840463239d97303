package web

import (
	"bytes"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"net/url"
	"path"
	"strings"

	"go.uber.org/zap"

	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/web/auth"
)

//go:embed all:templates assets
var files embed.FS

// pages are the templates by name. None needs script, though console.js makes some more comfortable.
type pages map[string]*template.Template

// parsePages reads templates/NAME.html as the page NAME. What several pages share stands in files whose names begin with "_".
//
// Where simulated, a profile may be on any host. testing tells the companies in test mode.
func parsePages(simulated bool, testing func(org string) bool) (pages, error) {
	list := pages{}
	layout, err := template.New("layout.html").Funcs(words).Funcs(runWords).Funcs(companyFuncs).Funcs(sessionFuncs).Funcs(testFuncs).Funcs(profileFuncs(simulated)).Funcs(template.FuncMap{"testing": testing}).ParseFS(files, "templates/layout.html", "templates/_*.html")
	if err != nil {
		return nil, fmt.Errorf("parse the layout: %w", err)
	}
	paths, err := fs.Glob(files, "templates/[a-z]*.html")
	if err != nil {
		return nil, fmt.Errorf("list pages: %w", err)
	}
	for _, file := range paths {
		name := strings.TrimSuffix(path.Base(file), ".html")
		if name == "layout" {
			continue
		}
		page, err := template.Must(layout.Clone()).ParseFS(files, file)
		if err != nil {
			return nil, fmt.Errorf("parse page %s: %w", name, err)
		}
		list[name] = page
	}
	return list, nil
}

// page holds what the layout needs beside a page's own content.
type page struct {
	Title   string
	User    string // empty while nobody is logged in
	Role    string
	Staff   bool   // it is one of ours
	Org     string // of a company's admin
	Home    string // where they begin
	Nav     []navItem
	Search  string // where the search of every page is sent
	Near    string // the company that the page is about, for ours
	Dev     bool
	Testing string // the company that the page is about, where it is in test mode
	Version string
	Content any
}

// show renders a page whole before the first byte leaves, so that a page is never half an answer.
func (k *console) show(w http.ResponseWriter, r *http.Request, status int, name, title string, content any) {
	p := auth.Who(r)
	nav, testing := k.nav(r), k.testingPage(r)
	if name == "problem" { // which stands nowhere: what is forbidden looks as what does not exist
		nav = unmarked(nav)
	}
	var text bytes.Buffer
	err := k.pages[name].Execute(&text, page{
		Title: title, User: p.Name, Role: string(p.Role), Staff: p.Role.Staff(), Org: p.Org, Home: p.Home(),
		Nav: nav, Search: searchAt(p), Near: nearOf(r), Dev: k.Dev, Testing: testing, Version: k.Version, Content: content,
	})
	if err != nil {
		k.Log.Error("page not rendered", zap.String("page", name), zap.Error(err))
		http.Error(w, "This page could not be made. The log says why.", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	w.Write(text.Bytes()) //nolint:errcheck // nobody is left to tell
}

// problemPage says what did not work, and where to go from there.
type problemPage struct {
	Because string
	Home    string
	Back    string // where the form stood that was refused; empty where none was
	LogIn   bool   // the way back begins at the login
}

// refuse says no: with a page to people, and as River UI's API does to scripts.
func (k *console) refuse(w http.ResponseWriter, r *http.Request, status int, because string) {
	if !strings.Contains(r.Header.Get("Accept"), "text/html") {
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		w.WriteHeader(status)
		json.NewEncoder(w).Encode(map[string]string{"message": because}) //nolint:errcheck // nobody is left to tell
		return
	}
	page := problemPage{Because: because, Home: auth.Who(r).Home(), Back: k.cameFrom(r), LogIn: status == http.StatusUnauthorized}
	if page.Back != "" && page.LogIn {
		page.Back = "/login?next=" + url.QueryEscape(page.Back)
	}
	k.show(w, r, status, "problem", http.StatusText(status), page)
}

// cameFrom is the page of ours on which the form stood that a request sends; empty where it is no form's, or the browser does not say.
func (k *console) cameFrom(r *http.Request) string {
	from, err := url.Parse(r.Referer())
	if r.Method == http.MethodGet || err != nil || from.Path == "" {
		return ""
	}
	if public, err := parsePublicURL(k.PublicURL); from.Host != r.Host && (err != nil || from.Host != public.Host) {
		return ""
	}
	return auth.LocalPath(from.RequestURI())
}

// broken answers what failed for no fault of the asker. The log, which only we read, gets the error.
func (k *console) broken(w http.ResponseWriter, r *http.Request, err error) {
	if r.Context().Err() != nil {
		return
	}
	k.Log.Error("console request failed", zap.String("path", r.URL.Path), zap.Error(err))
	if store.ConnectionLost(err) {
		k.refuse(w, r, http.StatusServiceUnavailable, "The database cannot be reached. Nothing was changed; try again in a moment.")
		return
	}
	k.refuse(w, r, http.StatusInternalServerError, "Something went wrong here. The log of the service says what.")
}

func (k *console) missing(w http.ResponseWriter, r *http.Request, err error) {
	if errors.Is(err, store.ErrNotFound) {
		k.refuse(w, r, http.StatusNotFound, "There is no such export.")
		return
	}
	k.broken(w, r, err)
}

func (k *console) noSuchPage(w http.ResponseWriter, r *http.Request) {
	k.refuse(w, r, http.StatusNotFound, "There is no such page.")
}

func (k *console) crossSite(w http.ResponseWriter, r *http.Request) {
	k.refuse(w, r, http.StatusForbidden, "This came from another site, so nothing was done. "+
		"If it came from this console, set GHEXPORT_PUBLIC_URL to the address in your browser.")
}

// assets serves what pages are drawn with. It is for everybody: the login page has it too.
func assets() http.HandlerFunc {
	static, err := fs.Sub(files, "assets")
	if err != nil {
		panic(err) // the folder is compiled in
	}
	sheet := stylesheet(static)
	serve := http.StripPrefix("/assets/", http.FileServerFS(static))
	return func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/") { // no lists of files
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Cache-Control", "public, max-age=300")
		if r.URL.Path == "/assets/console.css" {
			w.Header().Set("Content-Type", "text/css; charset=utf-8")
			w.Write(sheet) //nolint:errcheck // nobody is left to tell
			return
		}
		serve.ServeHTTP(w, r)
	}
}

// stylesheet is all of assets/css/*.css as one, in the order of their names: one request, and no file that grows without end.
func stylesheet(static fs.FS) []byte {
	names, err := fs.Glob(static, "css/*.css")
	if err != nil {
		panic(err) // the pattern is ours
	}
	var sheet []byte
	for _, name := range names {
		part, err := fs.ReadFile(static, name)
		if err != nil {
			panic(err) // it is compiled in
		}
		sheet = append(sheet, part...)
	}
	return sheet
}

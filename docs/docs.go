// Package docs is what is written for people, compiled in: the runbook, one page for each cause and for each thing that is seen
// without one, and the guides beside it. The command line prints them, the console shows them, and tests run their commands.
package docs

import (
	"embed"
	"io/fs"
	"path"
	"strings"
	"sync"

	"github.com/yuin/goldmark/ast"
)

//go:embed *.md runbooks/*.md
var files embed.FS

// Page is one page, read from Markdown. It is shared: do not change it.
type Page struct {
	Name     string    // of the file, without its ending: a cause, such as payload.refused, or what is seen, such as stuck
	Title    string    // the heading
	Summary  string    // what it is about, in one line
	Sections []Section // in order; what stands before the first is not among them

	source []byte
	tree   ast.Node
}

// Section holds what stands under one heading of the second level.
type Section struct {
	Title string
	Steps []Step
}

// Step is one block of commands, one a line, as a shell reads it.
type Step struct {
	Commands string
	Output   string // what they print, line by line, with "…" for what differs; empty where the page does not say
}

// Runbook is every page of the runbook, by name.
func Runbook() []*Page { return read().runbook }

// Guides are the other pages, by name.
func Guides() []*Page { return read().guides }

// Find returns a page of the runbook, or a guide.
func Find(name string) (*Page, bool) {
	page, found := read().byName[name]
	return page, found
}

// library is every page, read once.
type library struct {
	runbook, guides []*Page
	byName          map[string]*Page
}

var read = sync.OnceValue(func() library {
	l := library{byName: map[string]*Page{}}
	l.runbook = l.folder("runbooks")
	l.guides = l.folder(".")
	return l
})

// index lists the files of this folder for who reads the repository. It is no page: the console has a list of its own.
const index = "README.md"

// folder reads its pages; a guide does not hide a page of the runbook.
func (l *library) folder(dir string) (pages []*Page) {
	names, err := fs.Glob(files, path.Join(dir, "*.md"))
	if err != nil {
		panic(err) // the pattern is ours
	}
	for _, name := range names {
		if name == index {
			continue
		}
		source, err := fs.ReadFile(files, name)
		if err != nil {
			panic(err) // it is compiled in
		}
		page := parse(strings.TrimSuffix(path.Base(name), ".md"), source)
		pages = append(pages, page)
		if _, taken := l.byName[page.Name]; !taken {
			l.byName[page.Name] = page
		}
	}
	return pages
}

// Source is the page as it is written, in Markdown.
func (p *Page) Source() string { return string(p.source) }

// Lines are the step's commands, one each.
func (s Step) Lines() []string { return strings.Split(strings.TrimSpace(s.Commands), "\n") }

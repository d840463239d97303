package docs

import (
	"bytes"
	"path"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/text"
)

// HTML renders the page without HTML or script of its own. Links to other pages lead below base; links to other files of the
// repository, which a reader of the console does not have, become plain text, and pictures what they show, in words.
func (p *Page) HTML(base string) (string, error) {
	tree := markdown.Parser().Parse(text.NewReader(p.source)) // of its own: links are changed in it
	var links []*ast.Link
	var pictures []*ast.Image
	p.each(tree, func(n ast.Node) {
		switch n := n.(type) {
		case *ast.Link:
			links = append(links, n)
		case *ast.Image:
			pictures = append(pictures, n)
		}
	})
	for _, picture := range pictures {
		unlink(picture)
	}
	for _, link := range links {
		if to, ok := address(string(link.Destination), base); ok {
			link.Destination = []byte(to)
		} else {
			unlink(link)
		}
	}
	var out bytes.Buffer
	err := markdown.Renderer().Render(&out, p.source, tree)
	return out.String(), err
}

// address returns where a link of a page leads in the console.
func address(to, base string) (string, bool) {
	if strings.HasPrefix(to, "#") || strings.HasPrefix(to, "https://") {
		return to, true
	}
	file, fragment, has := strings.Cut(to, "#")
	name, isPage := strings.CutSuffix(path.Base(file), ".md")
	if _, known := Find(name); !isPage || !known {
		return "", false
	}
	if has {
		fragment = "#" + fragment
	}
	return path.Join(base, name) + fragment, true
}

// unlink puts the text of a link or a picture in its place.
func unlink(link ast.Node) {
	parent := link.Parent()
	for child := link.FirstChild(); child != nil; child = link.FirstChild() {
		parent.InsertBefore(parent, link, child)
	}
	parent.RemoveChild(parent, link)
}

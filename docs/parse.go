package docs

import (
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
)

// markdown leaves out HTML of the source's own, and links that run script.
var markdown = goldmark.New(goldmark.WithExtensions(extension.Table), goldmark.WithParserOptions(parser.WithAutoHeadingID()))

// parse reads a page: its heading, its first paragraph as the summary, and its sections with their commands.
func parse(name string, source []byte) *Page {
	p := &Page{Name: name, source: source, tree: markdown.Parser().Parse(text.NewReader(source))}
	for n := p.tree.FirstChild(); n != nil; n = n.NextSibling() {
		switch n := n.(type) {
		case *ast.Heading:
			switch n.Level {
			case 1:
				p.Title = p.words(n)
			case 2:
				p.Sections = append(p.Sections, Section{Title: p.words(n)})
			}
		case *ast.Paragraph:
			if p.Summary == "" {
				p.Summary = p.words(n)
			}
			p.steps(n)
		default:
			p.steps(n)
		}
	}
	return p
}

// steps collects the blocks of commands in a part of the page.
func (p *Page) steps(part ast.Node) {
	if len(p.Sections) == 0 {
		return
	}
	section := &p.Sections[len(p.Sections)-1]
	p.each(part, func(n ast.Node) {
		block, is := n.(*ast.FencedCodeBlock)
		if !is {
			return
		}
		switch language := string(block.Language(p.source)); {
		case language == "sh":
			section.Steps = append(section.Steps, Step{Commands: p.code(block)})
		case language == "text" && follows(block):
			section.Steps[len(section.Steps)-1].Output = p.code(block)
		}
	})
}

// follows tells whether a block stands right under one of commands.
func follows(block *ast.FencedCodeBlock) bool {
	_, is := block.PreviousSibling().(*ast.FencedCodeBlock)
	return is
}

func (p *Page) code(n ast.Node) string { return string(n.Lines().Value(p.source)) }

// words are a node's text without its marks, on one line.
func (p *Page) words(n ast.Node) string {
	var out strings.Builder
	p.each(n, func(n ast.Node) {
		switch n := n.(type) {
		case *ast.Text:
			out.Write(n.Segment.Value(p.source))
			if n.SoftLineBreak() || n.HardLineBreak() {
				out.WriteByte(' ')
			}
		case *ast.String:
			out.Write(n.Value)
		case *ast.AutoLink:
			out.Write(n.URL(p.source))
		}
	})
	return out.String()
}

// each visits a node and all below it, in order.
func (p *Page) each(n ast.Node, visit func(ast.Node)) {
	visit(n)
	for child := n.FirstChild(); child != nil; child = child.NextSibling() {
		p.each(child, visit)
	}
}

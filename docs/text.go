package docs

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
	extast "github.com/yuin/goldmark/extension/ast"
)

// Text renders the page for a terminal, at most width columns wide but for commands and what they print, and addresses. Links to
// other pages name the command that prints them.
func (p *Page) Text(width int) string {
	w := &writer{page: p, width: width}
	for n := p.tree.FirstChild(); n != nil; n = n.NextSibling() {
		w.block(n, "", "")
	}
	return strings.TrimLeft(w.out.String(), "\n")
}

// writer writes blocks one under the other.
type writer struct {
	page  *Page
	width int
	out   strings.Builder
}

// block writes one; first begins its first line, as a bullet does, and rest all others.
func (w *writer) block(n ast.Node, first, rest string) {
	switch n := n.(type) {
	case *ast.Heading:
		title := w.inline(n)
		if n.Level == 1 {
			title = strings.ToUpper(title)
		}
		fmt.Fprintf(&w.out, "\n%s\n", title)
	case *ast.FencedCodeBlock:
		w.code(n, rest)
	case *ast.List:
		w.list(n, rest)
	case *extast.Table:
		w.table(n)
	case *ast.Blockquote:
		for child := n.FirstChild(); child != nil; child = child.NextSibling() {
			w.block(child, rest+"  | ", rest+"  | ")
		}
	default:
		w.paragraph(w.inline(n), first, rest)
	}
}

// code is indented, with what to type marked.
func (w *writer) code(n *ast.FencedCodeBlock, indent string) {
	mark := "  "
	if string(n.Language(w.page.source)) == "sh" {
		mark = "$ "
	}
	if !follows(n) {
		w.out.WriteByte('\n')
	}
	for line := range strings.Lines(w.page.code(n)) {
		fmt.Fprintf(&w.out, "%s    %s%s\n", indent, mark, strings.TrimSuffix(line, "\n"))
	}
}

func (w *writer) list(n *ast.List, indent string) {
	number := n.Start
	w.out.WriteByte('\n')
	for item := n.FirstChild(); item != nil; item = item.NextSibling() {
		bullet := "- "
		if n.IsOrdered() {
			bullet = fmt.Sprintf("%d. ", number)
			number++
		}
		first, rest := indent+"  "+bullet, indent+"  "+strings.Repeat(" ", len(bullet))
		for child := item.FirstChild(); child != nil; child = child.NextSibling() {
			if child != item.FirstChild() {
				first = rest
			} else if text, is := child.(*ast.TextBlock); is {
				w.wrap(w.inline(text), first, rest)
				continue
			}
			w.block(child, first, rest)
		}
	}
}

// table writes each row as its cells with a dash between them: the tables of the guides are wider than a terminal.
func (w *writer) table(n *extast.Table) {
	w.out.WriteByte('\n')
	for row := n.FirstChild(); row != nil; row = row.NextSibling() {
		if _, heading := row.(*extast.TableHeader); heading {
			continue
		}
		var cells []string
		for cell := row.FirstChild(); cell != nil; cell = cell.NextSibling() {
			if text := w.inline(cell); text != "" {
				cells = append(cells, text)
			}
		}
		w.wrap(strings.Join(cells, " – "), "  ", "      ")
	}
}

func (w *writer) paragraph(text, first, rest string) {
	w.out.WriteByte('\n')
	w.wrap(text, first, rest)
}

// wrap fills lines.
func (w *writer) wrap(text, first, rest string) {
	line, empty := first, true
	for _, word := range strings.Fields(text) {
		if !empty && utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > w.width {
			fmt.Fprintln(&w.out, line)
			line, empty = rest, true
		}
		if !empty {
			line += " "
		}
		line, empty = line+word, false
	}
	if !empty {
		fmt.Fprintln(&w.out, line)
	}
}

// inline is a node's text with its links' addresses behind them.
func (w *writer) inline(n ast.Node) string {
	var out strings.Builder
	for child := n.FirstChild(); child != nil; child = child.NextSibling() {
		switch child := child.(type) {
		case *ast.CodeSpan:
			fmt.Fprintf(&out, "`%s`", w.page.words(child))
		case *ast.Link:
			out.WriteString(w.inline(child) + leads(w.inline(child), string(child.Destination)))
		case *ast.Emphasis:
			out.WriteString(w.inline(child))
		default:
			out.WriteString(w.page.words(child))
		}
	}
	return out.String()
}

// leads says where a link leads, unless its text does.
func leads(text, to string) string {
	switch to, inConsole := address(to, ""); {
	case strings.HasPrefix(to, "https://") && strings.TrimPrefix(to, "https://") != text:
		return " (" + to + ")"
	case inConsole && !strings.HasPrefix(to, "#") && !strings.HasPrefix(to, "https://"):
		if name, _, _ := strings.Cut(to, "#"); strings.Trim(text, "`") != name {
			return " (ghexport explain " + name + ")"
		}
	}
	return ""
}

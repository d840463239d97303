package main

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"

	"github.com/interviewing-io/greenhouse-export/store/query"
)

// json writes one document. Angle brackets stay as they are: notes are full of them.
func (c *cli) json(document any) error {
	encoder := json.NewEncoder(c.out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(document)
}

// column is a table's column: its heading and how wide it may get, in a terminal of 100 columns; 0: as wide as it is.
type column struct {
	name string
	max  int
}

// table writes rows under headings, each row on one line. On a terminal it takes the terminal's width, and too long a cell loses its
// end; elsewhere, in a file or a pipe, nothing is cut.
func (c *cli) table(columns []column, rows [][]string) {
	columns = c.fit(columns, rows)
	t := table.NewWriter()
	style := table.StyleDefault
	style.Options = table.OptionsNoBordersAndSeparators
	style.Box.PaddingLeft, style.Box.PaddingRight = "", "  "
	style.Format.Header = text.FormatUpper
	t.SetStyle(style)
	heading := table.Row{}
	var configs []table.ColumnConfig
	for n, col := range columns {
		heading = append(heading, col.name)
		if col.max > 0 {
			configs = append(configs, table.ColumnConfig{Number: n + 1, WidthMax: col.max, WidthMaxEnforcer: shorten})
		}
	}
	t.AppendHeader(heading)
	t.SetColumnConfigs(configs)
	for _, cells := range rows {
		row := table.Row{}
		for _, cell := range cells {
			row = append(row, visible(cell))
		}
		t.AppendRow(row)
	}
	for line := range strings.Lines(t.Render() + "\n") {
		c.printf("%s\n", strings.TrimRight(line, " \n"))
	}
}

func shorten(cell string, width int) string {
	if text.StringWidth(cell) <= width {
		return cell
	}
	return text.Trim(cell, width-1) + "…"
}

// visible takes out of a text from outside what would move a terminal's cursor or change its colours.
func visible(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) {
			return '·'
		}
		return r
	}, s)
}

// lines is visible for a text of several lines.
func lines(s string) string {
	all := strings.Split(s, "\n")
	for n := range all {
		all[n] = visible(all[n])
	}
	return strings.Join(all, "\n")
}

// moment prints a time in a table, always in UTC.
func moment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02 15:04Z")
}

// or prints what a pointer points to, or a dash.
func or[T any](value *T, show func(T) string) string {
	if value == nil {
		return "-"
	}
	return show(*value)
}

func asText[T ~string](s T) string { return string(s) }

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

// whyNot returns what keeps an export where it is: its company's hold, or its own cause.
func whyNot(row query.ExportRow) string {
	switch {
	case row.Held != nil:
		return "held: " + string(*row.Held)
	case row.Cause != nil:
		return string(*row.Cause)
	}
	return ""
}

// count prints a number with its noun.
func count[N int | int64](n N, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	if strings.HasSuffix(noun, "y") {
		noun = strings.TrimSuffix(noun, "y") + "ie"
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// shownIDs sets how many ids a sentence names.
const shownIDs = 20

func listIDs(ids []int64) string {
	texts := make([]string, 0, shownIDs)
	for _, id := range ids[:min(len(ids), shownIDs)] {
		texts = append(texts, strconv.FormatInt(id, 10))
	}
	list := strings.Join(texts, ", ")
	if len(ids) > shownIDs {
		list += fmt.Sprintf(" and %d more", len(ids)-shownIDs)
	}
	return list
}

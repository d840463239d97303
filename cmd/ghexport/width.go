package main

import (
	"github.com/jedib0t/go-pretty/v6/text"
	"golang.org/x/term"
)

// plainWidth sets how wide sentences get where nothing says how wide they may.
const plainWidth = 100

// narrowest is the width of a column that a narrow terminal does not take from it.
const narrowest = 4

// width returns how many columns the terminal has to which data goes; 0 where it goes elsewhere.
func (c *cli) width() int {
	if c.columns > 0 {
		return c.columns
	}
	fd, ok := terminal(c.out)
	if !ok {
		return 0
	}
	width, _, err := term.GetSize(fd)
	if err != nil || width <= 0 {
		return plainWidth
	}
	return width
}

// textWidth returns how wide sentences get.
func (c *cli) textWidth() int {
	if width := c.width(); width > 0 {
		return width
	}
	return plainWidth
}

// fit says how wide each column of a table may get. What fits is not cut; where a terminal has too few columns, the width is shared so
// that the widest give first, and none less than a column that needs little.
func (c *cli) fit(columns []column, rows [][]string) []column {
	fitted := make([]column, len(columns))
	room := c.width() - 2*(len(columns)-1)
	if room <= 0 {
		for n, col := range columns {
			fitted[n] = column{name: col.name}
		}
		return fitted
	}
	needed := 0
	for n, col := range columns {
		widest := text.StringWidth(col.name)
		for _, cells := range rows {
			if n < len(cells) {
				widest = max(widest, text.StringWidth(visible(cells[n])))
			}
		}
		fitted[n] = column{col.name, widest}
		needed += widest
	}
	for needed > room {
		at := 0
		for n := range fitted {
			if excess(fitted[n], columns[n]) > excess(fitted[at], columns[at]) {
				at = n
			}
		}
		if fitted[at].max <= narrowest {
			break // a terminal so narrow wraps its lines
		}
		fitted[at].max--
		needed--
	}
	return fitted
}

// excess is by how much a column is wider than it was meant to be; of those as wide as meant, the widest is the widest.
func excess(is, meant column) int {
	if over := is.max - meant.max; over > 0 {
		return 1_000_000 + over
	}
	return is.max
}

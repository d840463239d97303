package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/term"
)

const (
	pageWidth     = 100             // columns that nothing printed here exceeds, links apart
	progressWidth = 78              // a live line that wraps on a narrow terminal could not be replaced
	plainGap      = 2 * time.Second // between two lines of progress where there is no live line
)

// terminal prints to a person: colours and one live line on a terminal, plain lines elsewhere. For one goroutine.
type terminal struct {
	out    io.Writer
	tty    bool
	colour bool

	live     bool      // a live line is on the screen
	lastLive string    // what it says
	lastAt   time.Time // when progress was last shown
}

func newTerminal(out io.Writer) *terminal {
	file, isFile := out.(*os.File)
	tty := isFile && term.IsTerminal(int(file.Fd())) && os.Getenv("TERM") != "dumb"
	return &terminal{out: out, tty: tty, colour: tty && os.Getenv("NO_COLOR") == "", lastAt: time.Now()}
}

// printf prints whole lines; format ends with a newline.
func (t *terminal) printf(format string, args ...any) {
	t.clear()
	fmt.Fprintf(t.out, format, args...)
	t.lastAt = time.Now()
}

// progress says what is being waited for: on a terminal in a line that is replaced, elsewhere now and then in a line of its own.
func (t *terminal) progress(format string, args ...any) {
	text := clip("  … "+fmt.Sprintf(format, args...), progressWidth)
	if text == t.lastLive {
		return
	}
	if t.tty {
		fmt.Fprint(t.out, "\r\x1b[K"+t.dim(text))
		t.live, t.lastLive = true, text
		return
	}
	if time.Since(t.lastAt) >= plainGap {
		fmt.Fprintln(t.out, text)
		t.lastLive, t.lastAt = text, time.Now()
	}
}

func (t *terminal) clear() {
	if t.live {
		fmt.Fprint(t.out, "\r\x1b[K")
	}
	t.live, t.lastLive = false, ""
}

// Write takes the log lines of what the demo uses, so that they stand in line with its own.
func (t *terminal) Write(text []byte) (int, error) {
	for line := range strings.Lines(string(text)) {
		t.printf("  %s\n", t.dim(strings.TrimRight(line, "\n")))
	}
	return len(text), nil
}

func (t *terminal) paint(code, text string) string {
	if !t.colour || text == "" {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

func (t *terminal) bold(text string) string  { return t.paint("1", text) }
func (t *terminal) dim(text string) string   { return t.paint("2", text) }
func (t *terminal) red(text string) string   { return t.paint("31", text) }
func (t *terminal) green(text string) string { return t.paint("32", text) }

// mark is the tick or cross of a check.
func (t *terminal) mark(good bool) string {
	if good {
		return t.green("✓")
	}
	return t.red("✗")
}

// pad fills text with spaces up to a width, before it is coloured.
func pad(text string, width int) string {
	return text + strings.Repeat(" ", max(0, width-utf8.RuneCountInString(text)))
}

func clip(text string, width int) string {
	if runes := []rune(text); len(runes) > width {
		return string(runes[:width-1]) + "…"
	}
	return text
}

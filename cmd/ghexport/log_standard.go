package main

import (
	"bytes"
	"log"
	"regexp"

	"go.uber.org/zap"
)

// takeStandardLog sends what libraries write to the standard log through ours, and without its content: net/http prints bytes there that
// came after an answer, and those may be about a person.
func takeStandardLog(to *zap.Logger) {
	log.SetFlags(0)
	log.SetOutput(standardLog{to})
}

// standardLog is the standard log's way out.
type standardLog struct{ to *zap.Logger }

// unsolicited sets how net/http begins when bytes came that nobody had asked for.
const unsolicited = "Unsolicited response received on idle HTTP channel"

// library sets how a line of a library begins that says which one wrote it.
var library = regexp.MustCompile(`^[a-z][a-z0-9/]{1,20}: `)

// Write says that a line was written, and of what kind it was where that is known. It takes every line whole and never fails.
func (l standardLog) Write(line []byte) (int, error) {
	switch {
	case bytes.HasPrefix(line, []byte(unsolicited)):
		l.to.Warn("bytes came after an answer; the connection is not used again", zap.Int("line_bytes", len(line)))
	default:
		l.to.Warn("a library wrote to the standard log", zap.ByteString("library", bytes.TrimRight(library.Find(line), ": ")), zap.Int("line_bytes", len(line)))
	}
	return len(line), nil
}

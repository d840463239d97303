package greenhouse

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"
)

const (
	maxRaw    = 16 << 10 // bytes of an answer's own text
	maxSample = 200      // of a text that says nothing in a known shape
)

// rawOf is an answer's own text, to be kept beside what was sent.
func rawOf(body []byte, hide func(string) string) string {
	if !printable(body) {
		return ""
	}
	return cut(hide(visible(string(body))), maxRaw)
}

// wordsOf finds the words of an answer of 2xx that is of no use: complaints as in a refusal, else the short values of
// an object, a page's title, or how a text begins. A note that is repeated to us is left out.
func wordsOf(body []byte, hide func(string) string) (message string, fields []FieldError) {
	body = trim(body)
	var object map[string]json.RawMessage
	if json.Unmarshal(body, &object) == nil {
		if message, fields = explain(body, hide); message != "" || len(fields) > 0 {
			return message, fields
		}
		return shortValues(object, hide), nil
	}
	if len(body) == 0 || body[0] == '<' || !printable(body) {
		return outline(body, hide), nil
	}
	text, _, _ := strings.Cut(string(body), `"notes"`)
	return cut(hide(visible(text)), maxSample), nil
}

// shortValues says the values of an object that are one short text, number or truth each.
func shortValues(object map[string]json.RawMessage, hide func(string) string) string {
	x := explanation{left: maxExplanation, hide: hide}
	for _, name := range slices.Sorted(maps.Keys(object)) {
		value := text(object[name])
		if raw := object[name]; bytes.Equal(raw, []byte("true")) || bytes.Equal(raw, []byte("false")) || bytes.Equal(raw, []byte("null")) {
			value = string(raw)
		}
		if name != "notes" && value != "" && utf8.RuneCountInString(value) <= maxFieldName && len(x.words) < maxFields {
			x.say(name + ": " + value)
		}
	}
	return strings.Join(x.words, "; ")
}

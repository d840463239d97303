package greenhouse

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"
)

// Bounds of what is kept of an explanation, so that a ledger row stays small.
const (
	maxExplanation = 2000 // bytes, all texts together
	maxFieldName   = 100
	maxFields      = 20
	maxItems       = 1000 // of a list of complaints that are looked at
)

// explain finds the words in the body of a refusal. Greenhouse's APIs were seen with {errors:[{message,field}]},
// {message}, {message,errors:[text or {field:text}]}, {error} and {message,errorId}; what stands before them answers
// in HTML. It never fails: what cannot be read costs the words alone. hide takes out what must not be kept, since some
// servers repeat what they were sent.
func explain(body []byte, hide func(string) string) (message string, fields []FieldError) {
	var shape struct {
		Message json.RawMessage `json:"message"`
		Error   json.RawMessage `json:"error"`
		Errors  json.RawMessage `json:"errors"`
	}
	body = trim(body)
	if err := json.Unmarshal(body, &shape); err != nil {
		return outline(body, hide), nil
	}
	x := explanation{left: maxExplanation, hide: hide}
	x.say(text(shape.Message))
	x.say(text(shape.Error))
	x.list(shape.Errors)
	return strings.Join(x.words, "; "), x.fields
}

// explanation gathers words until the allowance is used up.
type explanation struct {
	left   int
	words  []string
	fields []FieldError
	hide   func(string) string
}

// take hides before it cuts: a secret cut in half would no longer be recognised.
func (x *explanation) take(s string, limit int) string {
	s = cut(x.hide(visible(s)), min(limit, x.left))
	x.left -= len(s)
	return s
}

func (x *explanation) say(s string) {
	if s == "" || x.left < 2 {
		return
	}
	x.left -= 2 // the separator
	if s = x.take(s, x.left); s != "" {
		x.words = append(x.words, s)
	}
}

func (x *explanation) complain(field, message string) {
	if field == "" {
		x.say(message)
		return
	}
	if !x.full() {
		name := x.take(field, maxFieldName)
		x.fields = append(x.fields, FieldError{Field: name, Message: x.take(message, x.left)})
	}
}

// full tells that nothing more would be kept.
func (x *explanation) full() bool { return len(x.fields) >= maxFields || x.left < 2 }

// list reads "errors": a list of objects or texts, an object of field names, or one text. It looks at no more elements
// than it may keep words of, one by one: a megabyte of them would be half a million.
func (x *explanation) list(raw json.RawMessage) {
	if len(raw) == 0 || raw[0] != '[' {
		x.item(raw)
		return
	}
	items := json.NewDecoder(bytes.NewReader(raw))
	if _, err := items.Token(); err != nil {
		return
	}
	for seen := 0; seen < maxItems && !x.full() && items.More(); seen++ {
		var item json.RawMessage
		if items.Decode(&item) != nil {
			return
		}
		x.item(item)
	}
}

func (x *explanation) item(raw json.RawMessage) {
	var object map[string]json.RawMessage
	if json.Unmarshal(raw, &object) != nil {
		x.say(text(raw))
		return
	}
	field, message := text(object["field"]), text(object["message"])
	if field != "" || message != "" {
		x.complain(field, message)
		return
	}
	for _, name := range slices.Sorted(maps.Keys(object)) {
		x.complain(name, text(object[name]))
	}
}

// text reads a string, a list of strings, or the digits of a number; anything else is "".
func text(raw json.RawMessage) string {
	var v any
	if len(raw) == 0 || json.Unmarshal(raw, &v) != nil {
		return ""
	}
	switch v := v.(type) {
	case string:
		return v
	case float64:
		return string(raw)
	case []any:
		var parts []string
		for _, p := range v {
			if s, ok := p.(string); ok {
				parts = append(parts, s)
			}
		}
		return strings.Join(parts, ", ")
	}
	return ""
}

// outline says what a body is that is not JSON, without keeping it: of a page the title.
func outline(body []byte, hide func(string) string) string {
	if len(body) == 0 {
		return ""
	}
	lower := bytes.ToLower(body)
	if _, after, found := bytes.Cut(lower, []byte("<title>")); found {
		start := len(lower) - len(after)
		if end := bytes.Index(after, []byte("</title>")); end > 0 && len(lower) == len(body) {
			return "page: " + cut(hide(visible(string(body[start:start+end]))), 200)
		}
	}
	return fmt.Sprintf("answer of %d bytes that is not JSON", len(body))
}

// clean makes text from outside safe to store and show: valid UTF-8, no NUL or other control characters but newline
// and tab, no white space around, at most limit bytes and never half a character.
func clean(s string, limit int) string { return cut(visible(s), limit) }

// visible is clean without the limit.
func visible(s string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' || r == 0x7f {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD")))
}

func cut(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	for limit > 0 && !utf8.RuneStart(s[limit]) {
		limit--
	}
	return strings.TrimSpace(s[:max(limit, 0)])
}

// trim drops white space and the byte order mark that some servers put in front of JSON.
func trim(body []byte) []byte {
	return bytes.TrimSpace(bytes.TrimPrefix(bytes.TrimSpace(body), []byte("\ufeff")))
}

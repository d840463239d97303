package jobs

import (
	"encoding/json"
	"strconv"
	"strings"
	"unicode/utf16"
)

// deepest is how many objects and lists may lie in each other, as in encoding/json.
const deepest = 10_000

// jsonText is JSON that is read from its front, once, and whose strings stay where they are: what is read names parts of the text. It takes
// what encoding/json takes into an any with UseNumber, and makes the same of it; a fuzz test holds the two together.
type jsonText struct {
	rest  string
	depth int
}

// value reads one value, or reports false: the text is no JSON.
func (t *jsonText) value() (any, bool) {
	t.space()
	if t.rest == "" {
		return nil, false
	}
	switch c := t.rest[0]; {
	case c == '{':
		return t.object()
	case c == '[':
		return t.list()
	case c == '"':
		s, ok := t.text()
		return s, ok
	case c == '-' || '0' <= c && c <= '9':
		return t.number()
	}
	for _, word := range words {
		if rest, ok := strings.CutPrefix(t.rest, word.name); ok {
			t.rest = rest
			return word.is, true
		}
	}
	return nil, false
}

var words = []struct {
	name string
	is   any
}{{"true", true}, {"false", false}, {"null", nil}}

func (t *jsonText) space() {
	i := 0
	for i < len(t.rest) && (t.rest[i] == ' ' || t.rest[i] == '\n' || t.rest[i] == '\t' || t.rest[i] == '\r') {
		i++
	}
	t.rest = t.rest[i:]
}

// next takes a character that comes next, white space before it included.
func (t *jsonText) next(c byte) bool {
	t.space()
	if t.rest == "" || t.rest[0] != c {
		return false
	}
	t.rest = t.rest[1:]
	return true
}

func (t *jsonText) object() (any, bool) {
	fields := map[string]any{}
	if t.depth == 0 {
		fields = make(map[string]any, 16)
	}
	ok := t.elements('{', '}', func() bool {
		t.space()
		name, ok := t.text()
		if !ok || !t.next(':') {
			return false
		}
		fields[name], ok = t.value()
		return ok
	})
	return fields, ok
}

func (t *jsonText) list() (any, bool) {
	list := []any{}
	ok := t.elements('[', ']', func() bool {
		v, ok := t.value()
		list = append(list, v)
		return ok
	})
	return list, ok
}

// elements reads what stands between brackets, with commas between.
func (t *jsonText) elements(opens, closes byte, one func() bool) bool {
	if t.depth++; t.depth > deepest || !t.next(opens) {
		return false
	}
	defer func() { t.depth-- }()
	if t.next(closes) {
		return true
	}
	for one() {
		if t.next(closes) {
			return true
		}
		if !t.next(',') {
			return false
		}
	}
	return false
}

// number reads a number as it was written.
func (t *jsonText) number() (any, bool) {
	text := strings.TrimPrefix(t.rest, "-")
	digits := func() bool {
		i := 0
		for i < len(text) && '0' <= text[i] && text[i] <= '9' {
			i++
		}
		text = text[i:]
		return i > 0
	}
	if rest, zero := strings.CutPrefix(text, "0"); zero {
		text = rest
	} else if !digits() {
		return nil, false
	}
	if rest, point := strings.CutPrefix(text, "."); point {
		if text = rest; !digits() {
			return nil, false
		}
	}
	if text != "" && (text[0] == 'e' || text[0] == 'E') {
		if text = text[1:]; text != "" && (text[0] == '+' || text[0] == '-') {
			text = text[1:]
		}
		if !digits() {
			return nil, false
		}
	}
	n := json.Number(t.rest[:len(t.rest)-len(text)])
	t.rest = text
	return n, true
}

// text reads a string.
func (t *jsonText) text() (string, bool) {
	if t.rest == "" || t.rest[0] != '"' {
		return "", false
	}
	for i := 1; i < len(t.rest); i++ {
		switch c := t.rest[i]; {
		case c == '"':
			s := t.rest[1:i]
			t.rest = t.rest[i+1:]
			return s, true
		case c == '\\':
			return t.escaped(i)
		case c < ' ':
			return "", false
		}
	}
	return "", false
}

// escapes are the characters that a backslash and a letter stand for.
var escapes = [256]byte{'"': '"', '\\': '\\', '/': '/', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t'}

// escaped reads a string whose first backslash stands at i.
func (t *jsonText) escaped(i int) (string, bool) {
	s := append(make([]byte, 0, i+32), t.rest[1:i]...)
	for i < len(t.rest) {
		switch c := t.rest[i]; {
		case c == '"':
			t.rest = t.rest[i+1:]
			return string(s), true
		case c < ' ':
			return "", false
		case c != '\\':
			s = append(s, c)
			i++
			continue
		}
		if i+1 == len(t.rest) {
			return "", false
		}
		if c := escapes[t.rest[i+1]]; c != 0 {
			s = append(s, c)
			i += 2
			continue
		}
		r, ok := unicodeEscape(t.rest[i:])
		if !ok {
			return "", false
		}
		i += 6
		if utf16.IsSurrogate(r) { // one without its other half becomes U+FFFD
			low, _ := unicodeEscape(t.rest[i:])
			if r = utf16.DecodeRune(r, low); r != '\uFFFD' {
				i += 6
			}
		}
		s = append(s, string(r)...)
	}
	return "", false
}

// unicodeEscape reads \u and four digits at the front of a text.
func unicodeEscape(text string) (rune, bool) {
	if len(text) < 6 || text[0] != '\\' || text[1] != 'u' {
		return 0, false
	}
	for _, c := range text[2:6] {
		if !('0' <= c && c <= '9' || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F') {
			return 0, false
		}
	}
	n, err := strconv.ParseUint(text[2:6], 16, 32)
	return rune(n), err == nil
}

package jobs

import (
	"bytes"
	"encoding/json"
	"io"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// Decode reads a message and checks it, with the verdict that ghexport.enqueue would give: the letter case of fields counts, the last
// of two fields with the same name counts, unknown fields are refused. Everything that is wrong comes back as one
// [*ValidationError]. The email comes back without the white space around it, all other text as it was written.
func Decode(message []byte) (InterviewResult, error) {
	root, problem := parse(message)
	if problem != "" {
		return InterviewResult{}, &ValidationError{Fields: []FieldError{{"message", problem}}}
	}
	c := &checker{}
	r := c.result(root)
	if len(c.found) > 0 {
		return InterviewResult{}, &ValidationError{Fields: c.found}
	}
	return r, nil
}

// parse reads a message as Postgres would read it into jsonb, or says why that would be refused.
func parse(message []byte) (root any, problem string) {
	if !utf8.Valid(message) {
		return nil, "must be valid UTF-8"
	}
	decoder := json.NewDecoder(bytes.NewReader(message))
	decoder.UseNumber()
	// Into any, not into a struct: a struct's fields match in any letter case.
	if err := decoder.Decode(&root); err != nil {
		return nil, "must be JSON"
	}
	if _, err := decoder.Token(); err != io.EOF {
		return nil, "must be one JSON value"
	}
	// Looked for in the text, since the decoder makes U+FFFD of lone surrogates, and forgets the first of two equal keys.
	if problem := badEscape(message); problem != "" {
		return nil, problem
	}
	if !storable(root) {
		return nil, "must not hold a number beyond what Postgres can store"
	}
	return root, ""
}

// badEscape finds the \u escapes that are JSON and that jsonb refuses. In valid JSON a backslash stands in strings only.
func badEscape(message []byte) string {
	for i := bytes.IndexByte(message, '\\'); i >= 0 && i < len(message); i++ {
		if message[i] != '\\' {
			continue
		}
		i++ // at what is escaped
		if message[i] != 'u' {
			continue
		}
		r := hex4(message[i+1:])
		i += 4 // at the last digit
		if r == 0 {
			return `must not contain \u0000, which Postgres cannot store`
		}
		if !utf16.IsSurrogate(r) {
			continue
		}
		rest := message[i+1:]
		if len(rest) < 6 || rest[0] != '\\' || rest[1] != 'u' || utf16.DecodeRune(r, hex4(rest[2:])) == utf8.RuneError {
			return "must not contain a lone surrogate"
		}
		i += 6
	}
	return ""
}

func hex4(digits []byte) rune {
	n, err := strconv.ParseUint(string(digits[:4]), 16, 32)
	if err != nil {
		return utf8.RuneError // never in JSON that the decoder took
	}
	return rune(n)
}

// storable tells whether every number fits Postgres' numeric.
func storable(value any) bool {
	switch v := value.(type) {
	case map[string]any:
		for _, field := range v {
			if !storable(field) {
				return false
			}
		}
	case []any:
		for _, element := range v {
			if !storable(element) {
				return false
			}
		}
	case json.Number:
		return parseNumber(v).storable
	}
	return true
}

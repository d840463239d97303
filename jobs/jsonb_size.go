package jobs

import "encoding/json"

// maxMessage bounds a message, in bytes of its jsonb printed as text.
const maxMessage = 256 * 1024

// jsonbSize is octet_length(value::text) of the value as jsonb: ", " and ": " between things, one of several equal keys, numbers as
// numeric prints them, and no escapes but the shortest.
func jsonbSize(value any) int {
	switch v := value.(type) {
	case map[string]any:
		size := separators(len(v))
		for name, field := range v {
			size += jsonbStringSize(name) + len(": ") + jsonbSize(field)
		}
		return size
	case []any:
		size := separators(len(v))
		for _, element := range v {
			size += jsonbSize(element)
		}
		return size
	case string:
		return jsonbStringSize(v)
	case json.Number:
		return parseNumber(v).size()
	case bool:
		if v {
			return len("true")
		}
		return len("false")
	default:
		return len("null")
	}
}

// separators counts the brackets and the commas of n elements.
func separators(n int) int {
	return len("{}") + len(", ")*max(0, n-1)
}

func jsonbStringSize(s string) int {
	size := len(`""`) + len(s)
	for i := range len(s) {
		switch c := s[i]; {
		case c == '"', c == '\\', c == '\b', c == '\f', c == '\n', c == '\r', c == '\t':
			size++
		case c < ' ':
			size += len(`\u0001`) - 1
		}
	}
	return size
}

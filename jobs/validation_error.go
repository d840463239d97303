package jobs

import "strings"

// FieldError is one thing that is wrong with a message.
type FieldError struct {
	Field   string `json:"field"`   // as in the JSON: "version", "candidate.email"; "message" for the whole
	Message string `json:"message"` // the rule that it breaks, never the value
}

// ValidationError is everything that is wrong with a message. Its text names every field and repeats no value, so that it may be
// logged: the only text of the producer's in it is the names of unknown fields.
type ValidationError struct {
	Fields []FieldError
}

// Error reads as the SQL function's message does.
func (e *ValidationError) Error() string {
	var b strings.Builder
	b.WriteString("interview result refused")
	for i, f := range e.Fields {
		if i == 0 {
			b.WriteString(": ")
		} else {
			b.WriteString("; ")
		}
		b.WriteString(f.Field + ": " + f.Message)
	}
	return b.String()
}

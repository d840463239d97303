package store

import (
	"fmt"
	"strings"
)

// Where gathers conditions and their arguments. Conditions are written here in the source; only values come from outside, and
// those travel as arguments.
type Where struct {
	conditions []string
	Args       []any
}

// Arg adds a value and returns the placeholder that stands for it.
func (w *Where) Arg(value any) string {
	w.Args = append(w.Args, value)
	return fmt.Sprintf("$%d", len(w.Args))
}

// AddIf adds a condition when apply is true; each %s in it stands for one of the values.
func (w *Where) AddIf(apply bool, condition string, values ...any) {
	if !apply {
		return
	}
	places := make([]any, len(values))
	for i, value := range values {
		places[i] = w.Arg(value)
	}
	w.conditions = append(w.conditions, fmt.Sprintf(condition, places...))
}

// SQL is the WHERE clause, or nothing.
func (w *Where) SQL() string {
	if len(w.conditions) == 0 {
		return ""
	}
	return "\n WHERE " + strings.Join(w.conditions, "\n   AND ")
}

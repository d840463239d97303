package store

import (
	"fmt"
	"strings"
)

// where gathers conditions and their arguments. Conditions are written here in the source; only values come from outside, and
// those travel as arguments.
type where struct {
	conditions []string
	args       []any
}

// arg adds a value and returns the placeholder that stands for it.
func (w *where) arg(value any) string {
	w.args = append(w.args, value)
	return fmt.Sprintf("$%d", len(w.args))
}

// addIf adds a condition when apply is true; each %s in it stands for one of the values.
func (w *where) addIf(apply bool, condition string, values ...any) {
	if !apply {
		return
	}
	places := make([]any, len(values))
	for i, value := range values {
		places[i] = w.arg(value)
	}
	w.conditions = append(w.conditions, fmt.Sprintf(condition, places...))
}

// sql is the WHERE clause, or nothing.
func (w *where) sql() string {
	if len(w.conditions) == 0 {
		return ""
	}
	return "\n WHERE " + strings.Join(w.conditions, "\n   AND ")
}

package jobs_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/jobs"
	"github.com/interviewing-io/greenhouse-export/store/storetest"
)

// fieldTypes are all fields of a message, and the JSON types that each may have besides null.
var fieldTypes = map[string]string{
	"schema_version": "a number", "org_id": "a string", "interview_id": "a string", "version": "a number", "interviewed_at": "a string",
	"time_zone": "a string", "interviewer": "an object", "interviewer.name": "a string", "interviewer.email": "a string",
	"interviewer_advances": "a boolean", "candidate_continues": "a boolean", "candidate": "an object", "candidate.id": "a string",
	"candidate.full_name": "a string", "candidate.first_name": "a string", "candidate.last_name": "a string", "candidate.email": "a string",
	"candidate.linkedin": "a string", "scores": "an object", "scores.technical_skills": "a number", "scores.communication_skills": "a number",
	"scores.problem_solving_ability": "a number", "freeform_feedback": "a string", "practice": "a boolean", "job": "a string", "traceparent": "a string",
}

// typedValues are values of every type, of some several.
var typedValues = map[string]string{
	`"7"`: "a string", `""`: "a string", `"true"`: "a string", `7`: "a number", `-0.0`: "a number", `1e400`: "a number", `true`: "a boolean", `false`: "a boolean",
	`[]`: "a list", `[7]`: "a list", `[["7"], {}]`: "a list", `{}`: "an object", `{"a": {"b": [null]}}`: "an object", `{"$numberLong": "7"}`: "an object",
}

// Whatever value a field gets, once or after another, Go and SQL say the same, and call a wrong type a wrong type.
func TestTypes_InGoAndSQL(t *testing.T) {
	t.Parallel()
	example := file(t, "testdata/example.json")
	type message struct{ field, value, text string }
	var all []message
	for field := range fieldTypes {
		for value := range typedValues {
			c := corpusCase{Set: map[string]json.RawMessage{field: json.RawMessage(value)}}
			all = append(all, message{field, value, c.text(t)})
			if !strings.Contains(field, ".") { // of a field that is there twice the last counts
				twice := strings.TrimRight(strings.TrimSpace(example), "}") + fmt.Sprintf(", %q: null, %q: %s}", field, field, value)
				all = append(all, message{field, value, twice})
			}
		}
	}
	texts := make([]string, len(all))
	for n, m := range all {
		texts[n] = m.text
	}
	conn := connect(t, storetest.NewDB(t).URL)
	rows, err := conn.Query(t.Context(), "SELECT ghexport.validate(m::jsonb) FROM unnest($1::text[]) WITH ORDINALITY AS u (m, n) ORDER BY n", texts)
	require.NoError(t, err)
	defer rows.Close()
	for _, m := range all {
		require.True(t, rows.Next())
		var answer []byte
		require.NoError(t, rows.Scan(&answer))
		var inSQL validation
		require.NoError(t, json.Unmarshal(answer, &inSQL))
		_, err := jobs.Decode([]byte(m.text))
		var refused *jobs.ValidationError
		if !errors.As(err, &refused) {
			require.NoError(t, err)
			refused = &jobs.ValidationError{Fields: []jobs.FieldError{}}
		}
		if !assert.Equal(t, refused.Fields, inSQL.Errors, m.text) {
			return
		}
		if is := typedValues[m.value]; is != fieldTypes[m.field] {
			assert.Truef(t, callsItWrong(refused.Fields, m.field, is), "%s %s: %v", m.field, m.value, refused.Fields)
		}
	}
	require.NoError(t, rows.Err())
}

// callsItWrong tells whether a finding says of the field what type the value is.
func callsItWrong(found []jobs.FieldError, field, is string) bool {
	for _, f := range found {
		if f.Field == field && strings.HasSuffix(f.Message, ", not "+is) {
			return true
		}
	}
	return false
}

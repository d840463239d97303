package jobs_test

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/jobs"
)

// beyond are the fields, or their beginnings, for which the schema may take what is refused: it knows neither zones nor calendars, no
// address in its details, and not what Postgres can store. What of the corpus it takes wrongly is refused for these alone.
var beyond = []string{"time_zone", "interviewed_at", "interviewer.email", "candidate.email", "candidate.full_name", "message"}

// The JSON Schema of docs never refuses what Go and SQL take, and refuses what they refuse as far as a schema can tell.
func TestSchema(t *testing.T) {
	t.Parallel()
	schema, err := jsonschema.NewCompiler().Compile("../docs/message.schema.json")
	require.NoError(t, err)
	refused, let := 0, 0
	for file, cases := range corpus(t) {
		for _, c := range cases {
			text := c.text(t)
			message, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
			if err != nil {
				assert.NotEmpty(t, c.Refused, "%s: %s", file, c.Name)
				continue
			}
			err = schema.Validate(message)
			switch {
			case len(c.Refused) == 0:
				assert.NoError(t, err, "%s: %s", file, c.Name)
			case err != nil:
				refused++
			default:
				let++
				for _, field := range c.Refused {
					assert.Contains(t, beyond, field, "%s: %s", file, c.Name)
				}
			}
		}
	}
	assert.Greater(t, refused, 3*let, "few are beyond it")
	t.Log("refused", refused, "beyond", let)

	example, err := os.ReadFile("testdata/example.json")
	require.NoError(t, err)
	message, err := jsonschema.UnmarshalJSON(bytes.NewReader(example))
	require.NoError(t, err)
	require.NoError(t, schema.Validate(message))
	_, err = jobs.Decode(example)
	require.NoError(t, err)
}

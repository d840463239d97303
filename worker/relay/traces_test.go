package relay

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// A message that is said again in another trace is the same message.
func TestContentOf(t *testing.T) {
	t.Parallel()
	const parent = `"traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"`
	for message, want := range map[string]string{
		`{"job": "a", "version": 1}`:                           `{"job": "a", "version": 1}`,
		`{"job": "a", "version": 1, "traceparent": null}`:      `{"job": "a", "version": 1, "traceparent": null}`,
		`{"job": "a", ` + parent + `, "interview_id": "iv"}`:   `{"job": "a", "interview_id": "iv"}`,
		`{"job": "a", ` + parent + `}`:                         `{"job": "a"}`,
		`{` + parent + `}`:                                     `{}`,
		`{"job": "\"traceparent\": \"x\", ", "version": 1}`:    `{"job": "\"traceparent\": \"x\", ", "version": 1}`,
		`{"job": ", }", ` + parent + `, "interview_id": "iv"}`: `{"job": ", }", "interview_id": "iv"}`,
	} {
		assert.Equal(t, want, string(contentOf([]byte(message))), message)
	}
}

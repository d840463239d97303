package store_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/store/erasure"
)

// A message that waits is found whichever spelling it holds, and whichever was asked with.
func TestErase_FindsMessagesHoweverSpelled(t *testing.T) {
	t.Parallel()
	d := setup(t)
	for interview, email := range map[string]string{
		"zwsp": "ada@bücher.example\u200b", "nfd": "Ada@bu\u0308cher.example", "alabel": "ada@xn--bcher-kva.example", "dot": "ada@bücher.example.",
		"other": "ada@buecher.example",
	} {
		id := d.message("acme", interview, 1, true, true)
		d.exec("UPDATE ghexport.outbox SET message = jsonb_set(message, '{candidate,email}', to_jsonb($2::text)) WHERE id = $1", id, email)
	}
	for _, asked := range []string{"ada@bücher.example", "Ada King <ada@xn--bcher-kva.example>", "mailto:ada@bu\u0308cher.example."} {
		got, err := erasure.In(d.Store).Erase(t.Context(), erasure.Erasure{Candidate: asked, Digests: newDigests(t), By: kim, DryRun: true})
		require.NoError(t, err)
		assert.Equal(t, 4, got.Messages, asked)
	}
}

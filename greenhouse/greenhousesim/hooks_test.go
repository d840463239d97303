package greenhousesim

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// receiver takes events, and answers the first ones as it is told.
type receiver struct {
	mu      sync.Mutex
	answers []int
	heard   []map[string]any
	ids     []string
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	r.mu.Lock()
	defer r.mu.Unlock()
	body, _ := io.ReadAll(req.Body)
	mac := hmac.New(sha256.New, []byte("secret"))
	mac.Write(body)
	if req.Header.Get("Signature") != "sha256 "+hex.EncodeToString(mac.Sum(nil)) {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	r.ids = append(r.ids, req.Header.Get("Greenhouse-Event-ID"))
	if len(r.answers) > 0 {
		w.WriteHeader(r.answers[0])
		r.answers = r.answers[1:]
		return
	}
	var event map[string]any
	_ = json.Unmarshal(body, &event)
	r.heard = append(r.heard, event)
}

func TestHooks(t *testing.T) {
	t.Parallel()
	b := setup(t, Config{HookWaits: []time.Duration{time.Millisecond, time.Millisecond}})
	r := &receiver{}
	server := httptest.NewServer(r)
	t.Cleanup(server.Close)
	hook := Hook{URL: server.URL, Secret: "secret"}

	require.Error(t, b.SetHook("nobody", hook))
	require.Error(t, b.SetHook(key, Hook{URL: server.URL}))
	require.Error(t, b.SetHook(key, Hook{URL: server.URL, Secret: "wrong"}), "a ping that is not taken disables it")
	require.NoError(t, b.SetHook(key, hook))
	assert.Equal(t, "ping", r.heard[0]["action"])

	b.post(t, `{"first_name":"Ada","last_name":"<b>","external_id":"cand_1","notes":"n"}`)
	require.NoError(t, b.WaitForDeliveries(t.Context(), 2))
	c := b.Candidates(key)[0]
	event := r.heard[1]
	assert.Equal(t, "new_prospect_application", event["action"])
	candidate := event["payload"].(map[string]any)["application"].(map[string]any)["candidate"].(map[string]any)
	assert.Equal(t, "cand_1", candidate["external_id"])
	assert.InDelta(t, c.ID, candidate["id"], 0)

	r.mu.Lock()
	r.answers = []int{http.StatusServiceUnavailable, http.StatusFound}
	r.ids = nil
	r.mu.Unlock()
	require.NoError(t, b.Move(Move{ID: c.ID, Stage: "Offer"}))
	require.NoError(t, b.WaitForDeliveries(t.Context(), 3))
	assert.Equal(t, []string{r.ids[0], r.ids[0], r.ids[0]}, r.ids, "tried again under the same id")
	status, err := b.Resend(r.ids[0])
	require.NoError(t, err)
	assert.Equal(t, http.StatusOK, status)
	_, err = b.Resend("nothing")
	require.Error(t, err)

	r.mu.Lock()
	r.answers = []int{500, 500, 500}
	r.mu.Unlock()
	require.NoError(t, b.Move(Move{ID: c.ID, Status: "rejected"}))
	require.Eventually(t, func() bool {
		list := b.Deliveries()
		return list[len(list)-1].GivenUp
	}, 10*time.Second, time.Millisecond)
	require.NoError(t, b.Move(Move{ID: c.ID, Status: "active"}))
	require.NoError(t, b.WaitForDeliveries(t.Context(), 4))
	require.NoError(t, b.Move(Move{ID: c.ID, Status: "hired"}))
	require.NoError(t, b.WaitForDeliveries(t.Context(), 5))
	require.NoError(t, b.Anonymise(c.ID))
	require.NoError(t, b.WaitForDeliveries(t.Context(), 6))
	require.NoError(t, b.Delete(c.ID))
	require.NoError(t, b.WaitForDeliveries(t.Context(), 7))
	require.ErrorIs(t, b.Anonymise(c.ID), errNoCandidate)
	var actions []string
	for _, d := range b.Deliveries() {
		actions = append(actions, d.Action)
	}
	assert.Equal(t, []string{"ping", "ping", "new_prospect_application", "candidate_stage_change", "reject_candidate", "unreject_candidate", "hire_candidate",
		"candidate_anonymized", "delete_candidate"}, actions)
}

// Without a web hook for merges, Greenhouse says of a merged candidate that it was deleted.
func TestHooks_Merge(t *testing.T) {
	t.Parallel()
	b := setup(t, Config{})
	r := &receiver{}
	server := httptest.NewServer(r)
	t.Cleanup(server.Close)
	for range 4 {
		b.post(t, `{"first_name":"Ada","last_name":"L","external_id":"cand_1","notes":"n"}`)
	}
	list := b.Candidates(key)
	require.NoError(t, b.SetHook(key, Hook{URL: server.URL, Secret: "secret", Events: []string{"delete_candidate"}}))
	require.NoError(t, b.Merge(list[0].ID, list[1].ID))
	require.NoError(t, b.SetHook(key, Hook{URL: server.URL, Secret: "secret", Events: []string{"delete_candidate", "merge_candidate"}}))
	require.NoError(t, b.Merge(list[1].ID, list[2].ID))
	require.NoError(t, b.WaitForDeliveries(t.Context(), 4))
	told := map[string]bool{}
	for _, d := range b.Deliveries() {
		told[d.Action] = true
	}
	assert.Equal(t, map[string]bool{"ping": true, "delete_candidate": true, "merge_candidate": true}, told)
}

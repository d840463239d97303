package notice_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/store/notices"
	"github.com/interviewing-io/greenhouse-export/worker/notice"
	"github.com/interviewing-io/greenhouse-export/worker/notice/noticetest"
)

func TestHook_Send(t *testing.T) {
	t.Parallel()

	t.Run("SignedAndStable", func(t *testing.T) {
		t.Parallel()
		receiver := noticetest.NewReceiver(t) // checks each signature
		hook, err := notice.ParseHook(receiver.URL, noticetest.Secret, "ghexport/test", false)
		require.NoError(t, err)
		for range 2 {
			require.NoError(t, hook.Send(t.Context(), "msg_1", broken, "https://exports.example", time.Now()))
		}
		calls := receiver.Calls()
		require.Len(t, calls, 2)
		assert.Equal(t, calls[0], calls[1], "a repeat is the same")
		assert.Equal(t, "msg_1", calls[0].ID)
		assert.JSONEq(t, `{"type": "company.broken", "timestamp": "2026-11-26T09:14:15Z", "data": {
			"org_id": "acme", "cause": "auth.rejected", "since": "2026-11-26T09:14:05Z", "days": 0, "waiting": 3, "unknown": 0, "duplicate": 0,
			"link": "https://exports.example/orgs/acme/settings"}}`, calls[0].Raw)
	})

	t.Run("AboutSeveralCompanies", func(t *testing.T) {
		t.Parallel()
		receiver := noticetest.NewReceiver(t)
		hook, err := notice.ParseHook(receiver.URL, noticetest.Secret, "ghexport/test", false)
		require.NoError(t, err)
		n := with(func(n *notices.Notice) {
			n.Kind, n.OrgID, n.Companies = notices.Refusals, "", []string{"acme", "globex"}
		})
		require.NoError(t, hook.Send(t.Context(), "msg_1", n, "", time.Now()))
		call := receiver.Calls()[0]
		assert.Equal(t, "service.refusals", call.Type)
		assert.Nil(t, call.Data["org_id"])
		assert.Nil(t, call.Data["link"])
		assert.Equal(t, []any{"acme", "globex"}, call.Data["companies"])
	})

	t.Run("TakenByTwoHundredsOnly", func(t *testing.T) {
		t.Parallel()
		for status, permanent := range map[int]bool{302: false, 400: false, 401: false, 404: false, 410: true, 429: false, 500: false, 503: false} {
			elsewhere := noticetest.NewReceiver(t)
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Location", elsewhere.URL)
				w.WriteHeader(status)
			}))
			defer server.Close()
			hook, err := notice.ParseHook(server.URL, noticetest.Secret, "ghexport/test", false)
			require.NoError(t, err)
			var refused *notice.RefusedError
			require.ErrorAs(t, hook.Send(t.Context(), "msg_1", broken, "", time.Now()), &refused, status)
			assert.Equal(t, status, refused.Code)
			assert.Equal(t, permanent, refused.Permanent, status)
			assert.Empty(t, elsewhere.Calls(), "redirects are not followed")
		}
		hook, err := notice.ParseHook("http://127.0.0.1:1/t0ken", noticetest.Secret, "ghexport/test", false)
		require.NoError(t, err)
		var refused *notice.RefusedError
		require.ErrorAs(t, hook.Send(t.Context(), "msg_1", broken, "", time.Now()), &refused)
		assert.NotContains(t, refused.Says, "t0ken")
	})

	t.Run("EachOfSeveralSecretsSigns", func(t *testing.T) {
		t.Parallel()
		other := "whsec_" + strings.Repeat("QUFB", 8)
		var headers http.Header
		var body []byte
		server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			headers = r.Header
			var err error
			body, err = io.ReadAll(r.Body)
			assert.NoError(t, err)
		}))
		defer server.Close()
		hook, err := notice.ParseHook(server.URL, noticetest.Secret+"  "+other, "ghexport/test", false)
		require.NoError(t, err)
		require.NoError(t, hook.Send(t.Context(), "msg_1", broken, "", time.Now()))
		for _, secret := range []string{noticetest.Secret, other} {
			verifier, err := standardwebhooks.NewWebhook(secret)
			require.NoError(t, err)
			assert.NoError(t, verifier.Verify(body, headers))
		}
		assert.True(t, json.Valid(body))
	})
}

// The published vector of Standard Webhooks' own tests.
func TestHook_PublishedVector(t *testing.T) {
	t.Parallel()
	signer, err := standardwebhooks.NewWebhook(noticetest.Secret)
	require.NoError(t, err)
	signature, err := signer.Sign("msg_p5jXN8AQM9LWM0D4loKWxJek", time.Unix(1614265330, 0), []byte(`{"test": 2432232314}`))
	require.NoError(t, err)
	assert.Equal(t, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", signature)
}

func TestParseHook(t *testing.T) {
	t.Parallel()
	for address, good := range map[string]bool{
		"https://product.example/hooks": true, "http://127.0.0.1:9/x": true, "http://localhost/x": true,
		"http://product.example/hooks": false, "product.example": false, "https://": false, "https://u:p@product.example": false, "ftp://127.0.0.1": false,
	} {
		_, err := notice.ParseHook(address, noticetest.Secret, "x", false)
		assert.Equal(t, good, err == nil, address)
	}
	_, err := notice.ParseHook("http://product.example/hooks", noticetest.Secret, "x", true)
	assert.NoError(t, err)
	for _, secret := range []string{"", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_c2hvcnQ=", "whsec_???", noticetest.Secret + " whsec_c2hvcnQ="} {
		_, err := notice.ParseHook("https://product.example", secret, "x", false)
		if assert.ErrorContains(t, err, "GHEXPORT_WEBHOOK_SECRET", secret) && secret != "" {
			assert.NotContains(t, err.Error(), secret)
		}
	}
}

package metrics_test

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"

	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/web/metrics"
)

// A scrape while Postgres is away is answered, soon, with what this process knows by itself.
func TestMetrics_WithoutADatabase(t *testing.T) {
	t.Parallel()
	st, err := store.Open(t.Context(), store.Config{URL: "postgres://nobody@127.0.0.1:1/nothing?connect_timeout=1"})
	require.NoError(t, err)
	defer st.Close()
	handler := metrics.Handler(prometheus.NewRegistry(), st, "test", zap.NewNop())
	for range 2 {
		began := time.Now()
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
		assert.Equal(t, http.StatusOK, w.Code)
		assert.Less(t, time.Since(began), 10*time.Second)
		assert.Contains(t, w.Body.String(), "\nghexport_ledger_up 0")
		assert.Contains(t, w.Body.String(), "\nghexport_ledger_read_errors_total 1")
		assert.Contains(t, w.Body.String(), "\ngo_goroutines ")
		assert.NotContains(t, w.Body.String(), "ghexport_exports{")
	}
}

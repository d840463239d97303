package web_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/bcrypt"

	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/web"
)

func ready(context.Context) error { return nil }

func TestNew_SaysEverythingThatIsWrong(t *testing.T) {
	t.Parallel()
	hash, err := bcrypt.GenerateFromPassword([]byte("x"), bcrypt.MinCost)
	require.NoError(t, err)
	good := string(hash)
	costly := strings.Replace(good, "$04$", "$31$", 1)
	_, err = web.New(web.Config{
		Users: "kim:" + good + ":oncall, kim:" + good + ":admin,val:hunter2:viewer,ada:" + good + ":root," + good + ",eve:" + costly + ":admin," +
			good + ":kim2:viewer,long:" + good + "x:viewer",
		PublicURL: "exports.example.com",
	})
	require.Error(t, err)
	for _, says := range []string{
		"entry 2 names a user of an earlier entry",
		"entry 3 needs a bcrypt hash",
		"entry 4 needs a role: viewer, oncall or admin",
		"entry 5 must be name:bcrypt-hash:role",
		"entry 6 has a bcrypt hash of cost 31",
		"entry 7 needs a name",
		"entry 8 needs a bcrypt hash of 60 characters",
		"GHEXPORT_PUBLIC_URL", "Ready is not set",
	} {
		assert.ErrorContains(t, err, says)
	}
	assert.NotContains(t, err.Error(), "$2a$")
	assert.NotContains(t, err.Error(), "hunter2")
}

func TestNew_TakesWhatHtpasswdWrites(t *testing.T) {
	t.Parallel()
	hash, err := bcrypt.GenerateFromPassword([]byte(password), bcrypt.MinCost)
	require.NoError(t, err)
	_, err = web.New(web.Config{Users: "kim:" + strings.Replace(string(hash), "$2a$", "$2y$", 1) + ":oncall,\n", Ready: ready, Store: &store.Store{}})
	assert.NoError(t, err)
}

func TestNew_WithoutUsersThereIsNoConsole(t *testing.T) {
	t.Parallel()
	handler, err := web.New(web.Config{Users: " , ", Ready: ready, RiverUI: http.NotFoundHandler()})
	require.NoError(t, err)
	for path, status := range map[string]int{
		"/healthz": 200, "/readyz": 200, "/": 404, "/login": 404, "/river/": 404, "/river/api/jobs": 404, "/assets/console.css": 404,
	} {
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, httptest.NewRequest("GET", path, nil))
		assert.Equal(t, status, w.Code, path)
		if status == 404 {
			assert.Equal(t, "There is no console here: nothing says who may log in. See GHEXPORT_CONSOLE_USERS.\n", w.Body.String(), path)
		}
	}
}

func TestReady_IsAskedForOneSecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		handler, err := web.New(web.Config{Ready: func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }})
		require.NoError(t, err)
		began := time.Now()
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, httptest.NewRequest("GET", "/readyz", nil))
		assert.Equal(t, time.Second, time.Since(began))
		assert.Equal(t, http.StatusServiceUnavailable, w.Code)
		assert.Equal(t, "not ready: the check took longer than 1s\n", w.Body.String())
	})
}

package web_test

import (
	"bytes"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/web"
	"github.com/interviewing-io/greenhouse-export/web/hooks"
)

// bad are the ways in which a text can be none that Postgres holds, percent-encoded.
var bad = map[string]string{"NUL": "%00", "HalfACharacter": "%C3", "NoCharacter": "%FF", "Surrogate": "%ED%A0%80", "Overlong": "%C0%AF"}

// TestDoor_Text sends to every route, as who may do most, what is no text: in the address, the query, a header, a form and JSON.
func TestDoor_Text(t *testing.T) {
	t.Parallel()
	s := setup(t)
	id := strconv.FormatInt(s.export(ownOrg, "iv_1", ledger.StateDead, ledger.CauseBug), 10)
	good := map[string]string{"org": ownOrg, "name": "default", "job": "1", "cause": "payload.refused", "id": id}
	ada := s.as("ada")
	before := s.everything()
	ada = both(ada, func(r *http.Request) { r.Header.Set("Accept", "application/json") })
	refused := func(a answer, at string) {
		t.Helper()
		assert.Equal(t, http.StatusBadRequest, a.StatusCode, "%s: %s", at, a.body)
	}
	for _, route := range web.Routes() {
		method, path := walkPath(t, route.Pattern, good)
		for name, word := range bad {
			at := route.Pattern + ": " + name
			for wildcard, value := range good {
				broken := map[string]string{}
				for k, v := range good {
					broken[k] = v
				}
				if broken[wildcard] = value + word; strings.Contains(route.Pattern, "{"+wildcard+"}") {
					_, wrong := walkPath(t, route.Pattern, broken)
					refused(s.ask(method, wrong, "", ada), at+" in "+wrong)
				}
			}
			refused(s.ask(method, strings.TrimSuffix(path, "/")+"/x"+word, "", ada), at+" behind the address")
			for _, query := range []string{"?q=a" + word, "?x" + word + "=1", "?org=a&state=" + word, "?bad=%zz&org=" + word} {
				refused(s.ask(method, path+query, "", ada), at+" in "+query)
			}
			if method == http.MethodGet || isHook(route) {
				continue
			}
			for _, form := range []string{"reason=a" + word, "x" + word + "=1", "q=1&org=" + word, "a=%zz&org=" + word} {
				refused(s.ask(method, path, form, ada, asForm), at+" in the form "+form)
			}
		}
		for _, header := range []string{"If-Match", "User-Agent", "X-Forwarded-For", "Referer", "Accept-Language", "X-Anything"} {
			refused(s.ask(method, path, "", ada, func(r *http.Request) { r.Header.Set(header, "a\xff") }), route.Pattern+" in "+header)
		}
		for _, name := range []string{"kim\x00", "kim\xff"} {
			refused(s.ask(method, path, "", script(name, password)), route.Pattern+" by basic auth")
		}
		if method != http.MethodGet && !isHook(route) {
			for _, body := range []string{"{\"reason\": \"\xff\"}", `{"reason": "a\u0000b"}`, `{"\u0000": 1}`, "a\x00b"} {
				refused(s.ask(method, path, body, ada, func(r *http.Request) { r.Header.Set("Content-Type", "application/json") }), route.Pattern+" in JSON")
			}
		}
	}
	assert.Equal(t, before, s.everything())
	assert.Equal(t, http.StatusOK, s.ask("GET", "/orgs/"+ownOrg+"?q=%C3%A9%F0%9F%98%80%2500", "", ada).StatusCode, "what only looks like it passes")
}

// isHook is true of the door for webhooks: what it takes is no form but bytes under a signature, see [TestHooks].
func isHook(route web.Route) bool { return strings.HasPrefix(route.Pattern, "POST "+hooks.Path) }

func asForm(r *http.Request) { r.Header.Set("Content-Type", "application/x-www-form-urlencoded") }

// TestDoor_Body sends too much to every route that takes something, with and without saying how much. Not parallel with others of this
// kind: it looks at the folder for files of the moment.
func TestDoor_Body(t *testing.T) {
	s := setup(t)
	folder := t.TempDir()
	t.Setenv("TMPDIR", folder)
	id := strconv.FormatInt(s.export(ownOrg, "iv_1", ledger.StateDead, ledger.CauseBug), 10)
	good := map[string]string{"org": ownOrg, "name": "default", "job": "1", "cause": "payload.refused", "id": id}
	ada := s.as("ada")
	s.secret(`{}`) // without one a company has no door for webhooks
	long := "reason=" + strings.Repeat("a", 1<<20)
	var files bytes.Buffer
	form := multipart.NewWriter(&files)
	for n := range 40 {
		part, err := form.CreateFormFile(fmt.Sprintf("file%d", n), "a.txt")
		require.NoError(t, err)
		_, err = part.Write(bytes.Repeat([]byte("x"), 1<<20))
		require.NoError(t, err)
	}
	require.NoError(t, form.Close())
	for _, route := range web.Routes() {
		method, path := walkPath(t, route.Pattern, good)
		if method == http.MethodGet {
			continue
		}
		assert.Equal(t, http.StatusRequestEntityTooLarge, s.ask(method, path, long, ada, asForm).StatusCode, route.Pattern)
		assert.Equal(t, http.StatusRequestEntityTooLarge, s.ask(method, path, "", ada, asForm, func(r *http.Request) {
			r.Body, r.ContentLength = io.NopCloser(strings.NewReader(long)), -1
		}).StatusCode, "%s in chunks", route.Pattern)
		never := http.StatusUnsupportedMediaType
		if isHook(route) {
			never = http.StatusRequestEntityTooLarge
		}
		for _, kind := range []string{form.FormDataContentType(), "MULTIPART/Form-Data", " multipart/mixed; boundary=x"} {
			a := s.ask(method, path, files.String(), ada, func(r *http.Request) { r.Header.Set("Content-Type", kind) })
			assert.Equal(t, never, a.StatusCode, "%s with %s", route.Pattern, kind)
		}
	}
	left, err := os.ReadDir(folder)
	require.NoError(t, err)
	assert.Empty(t, left)
}

func both(one, other func(*http.Request)) func(*http.Request) {
	return func(r *http.Request) {
		one(r)
		other(r)
	}
}

package web_test

import (
	"bytes"
	"io"
	"maps"
	"net/http"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/legacy"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/web"
)

type description struct {
	doc    *openapi3.T
	router routers.Router
	err    error
}

// openAPI is the description that the console serves.
var openAPI = sync.OnceValue(func() (d description) {
	text, err := os.ReadFile("api/openapi.json")
	if err != nil {
		return description{err: err}
	}
	if d.doc, d.err = openapi3.NewLoader().LoadFromData(text); d.err == nil {
		d.router, d.err = legacy.NewRouter(d.doc) // which validates it
	}
	return d
})

// hold checks an answer of the API against its description, and a request that was granted, too. Every test's requests pass here.
func (s *site) hold(r *http.Request, sent string, a answer) {
	s.t.Helper()
	if !strings.HasPrefix(r.URL.Path, "/api/") || !strings.HasPrefix(a.Header.Get("Content-Type"), "application/json") {
		return
	}
	d := openAPI()
	require.NoError(s.t, d.err)
	at := r.Method + " " + r.URL.Path
	route, params, err := d.router.FindRoute(r)
	if err != nil {
		assert.Contains(s.t, []int{http.StatusNotFound, http.StatusUnauthorized, http.StatusBadRequest, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType}, a.StatusCode, "%s is not described", at)
		return
	}
	again := r.Clone(r.Context())
	again.Body = io.NopCloser(strings.NewReader(sent))
	options := &openapi3filter.Options{IncludeResponseStatus: true, MultiError: true, AuthenticationFunc: openapi3filter.NoopAuthenticationFunc}
	request := &openapi3filter.RequestValidationInput{Request: again, PathParams: params, Route: route, Options: options}
	if a.StatusCode < 300 {
		assert.NoError(s.t, openapi3filter.ValidateRequest(r.Context(), request), "%s: granted, and other than described", at)
	}
	assert.NoError(s.t, openapi3filter.ValidateResponse(r.Context(), &openapi3filter.ResponseValidationInput{
		RequestValidationInput: request, Status: a.StatusCode, Header: a.Header, Options: options,
		Body: io.NopCloser(bytes.NewReader([]byte(a.body))),
	}), "%s answers %d other than described: %s", at, a.StatusCode, a.body)
}

// Every address under /api/ is described, and what is described is there.
func TestOpenAPI_DescribesEveryRoute(t *testing.T) {
	t.Parallel()
	d := openAPI()
	require.NoError(t, d.err)
	var described, served []string
	for path, item := range d.doc.Paths.Map() {
		for method := range item.Operations() {
			described = append(described, method+" "+path)
		}
	}
	for _, route := range web.Routes() {
		if strings.Contains(route.Pattern, " /api/") {
			served = append(served, route.Pattern)
		}
	}
	assert.ElementsMatch(t, served, described)
	assert.Greater(t, len(served), 5)
}

func TestOpenAPI_IsServed(t *testing.T) {
	t.Parallel()
	s := setup(t)
	a := s.ask("GET", "/api/openapi.json", "")
	assert.Equal(t, http.StatusOK, a.StatusCode)
	text, err := os.ReadFile("api/openapi.json")
	require.NoError(t, err)
	assert.Equal(t, string(text), a.body)
}

var (
	docsBlock = regexp.MustCompile("(?ms)^```sh\n(.*?)^```$")
	curlWord  = regexp.MustCompile(`"[^"]*"|'[^']*'|[^\s]+`)
)

// Every curl command of the documentation does what it says there, in its order, against a company like the one that it names.
func TestOpenAPI_DocumentedCalls(t *testing.T) {
	t.Parallel()
	s := setup(t)
	text, err := os.ReadFile("../docs/companies.md")
	require.NoError(t, err)
	seen := 0
	for _, block := range docsBlock.FindAllStringSubmatch(string(text), -1) {
		for line := range strings.Lines(block[1]) {
			if !strings.HasPrefix(line, "curl ") {
				continue
			}
			seen++
			a := s.curl(strings.TrimSpace(strings.NewReplacer("KEY", acmeKey, "EMAIL", acmeLee, "$API", acmeAPI).Replace(line)))
			assert.Equal(t, http.StatusOK, a.StatusCode, "%s: %s", line, a.body)
		}
	}
	assert.Greater(t, seen, 8)
}

// curl sends what a command of curl's would, by a console user with the role admin.
func (s *site) curl(command string) answer {
	s.t.Helper()
	method, path, body := http.MethodGet, "", ""
	headers := http.Header{}
	words := curlWord.FindAllString(command, -1)
	for n := 1; n < len(words); n++ {
		value := func() string {
			n++
			return words[n][1 : len(words[n])-1] // without its quotes
		}
		switch words[n] {
		case "-u":
			value()
		case "-X":
			n++
			method = words[n]
		case "-H":
			name, text, _ := strings.Cut(value(), ": ")
			headers.Set(name, text)
		case "-d":
			body = value()
		default:
			path = strings.Trim(words[n], `"`)
		}
	}
	return s.ask(method, path, body, script("ada", password), func(r *http.Request) { maps.Copy(r.Header, headers) })
}

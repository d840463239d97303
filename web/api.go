package web

import (
	_ "embed"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"

	"github.com/interviewing-io/greenhouse-export/store"
)

// openAPI describes every address under /api/. Tests hold the routes, and every answer that they get, against it.
//
//go:embed openapi.json
var openAPI []byte

// apiRoutes are for the product's own settings page and for scripts. They speak JSON.
func (k *console) apiRoutes() []route {
	const greenhouse = "/api/orgs/{org}/greenhouse"
	read, write := staff.andCompany(), operators.andCompany()
	return []route{
		allow(anyone, "GET /api/openapi.json", apiDescription),
		allow(read, "GET "+greenhouse, k.apiShow),
		allow(write, "PUT "+greenhouse, k.apiSave),
		allow(write, "POST "+greenhouse+"/test", k.apiTest),
		allow(write, "POST "+greenhouse+"/enable", k.apiEnable),
		allow(write, "POST "+greenhouse+"/disable", k.apiDisable),
		allow(read, "POST "+greenhouse+"/preview", k.apiPreview),
		allow(read, "GET "+greenhouse+"/jobs", k.apiJobs),
		allow(read, "GET "+greenhouse+"/pools", k.apiPools),
		allow(read, "GET "+greenhouse+"/roles", k.apiRoles),
	}
}

func apiDescription(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Write(openAPI) //nolint:errcheck // nobody is left to tell
}

// apiProblem is every answer of the API that is no success.
type apiProblem struct {
	Message string            `json:"message"`
	Fields  []apiField        `json:"fields,omitempty"`
	Report  *store.TestReport `json:"report,omitempty"`
	Waiting *int64            `json:"waiting,omitempty"`
}

// apiField is a field that cannot be as it was sent.
type apiField struct {
	Field string `json:"field"`
	Must  string `json:"must"`
}

func apiAnswer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.Encode(body) //nolint:errcheck // nobody is left to tell
}

func apiRefuse(w http.ResponseWriter, status int, message string) {
	apiAnswer(w, status, apiProblem{Message: message})
}

// apiFail answers with what went wrong: in the sender's words where the sender can put it right.
func (k *console) apiFail(w http.ResponseWriter, r *http.Request, err error) {
	var failed *store.TestFailedError
	var waiting *store.WaitingError
	switch wrong := store.SettingErrors(err); {
	case len(wrong) > 0:
		apiAnswer(w, http.StatusUnprocessableEntity, apiProblem{Message: "Nothing was done: some fields cannot be as they are.", Fields: fieldsOf(wrong)})
	case errors.As(err, &failed):
		apiAnswer(w, http.StatusUnprocessableEntity, apiProblem{Message: "The connection test failed. Nothing was saved.", Report: &failed.Report})
	case errors.As(err, &waiting):
		apiAnswer(w, http.StatusConflict, apiProblem{
			Message: "Something waits. Say in \"waiting\" whether to send or to drop it. Nothing was changed.", Waiting: &waiting.Count,
		})
	case errors.Is(err, store.ErrChanged):
		apiRefuse(w, http.StatusPreconditionFailed, "Somebody else changed these settings in the meantime. Read them again. Nothing was saved.")
	case errors.Is(err, store.ErrNotFound):
		apiRefuse(w, http.StatusNotFound, "Nobody has connected this company yet.")
	default:
		r.Header.Set("Accept", "application/json")
		k.broken(w, r, err)
	}
}

func fieldsOf(wrong []*store.SettingError) []apiField {
	fields := make([]apiField, 0, len(wrong))
	for _, e := range wrong {
		fields = append(fields, apiField{e.Field, e.Must})
	}
	return fields
}

// apiBodyMax bounds what is read of a request; a company's map of jobs is the longest that can be in it.
const apiBodyMax = 1 << 20

// apiObject reads a request's body, one JSON object. Where it is none it has answered.
func apiObject(w http.ResponseWriter, r *http.Request) (map[string]json.RawMessage, bool) {
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		apiRefuse(w, http.StatusUnsupportedMediaType, "Send JSON, with Content-Type: application/json.")
		return nil, false
	}
	text, err := io.ReadAll(http.MaxBytesReader(w, r.Body, apiBodyMax))
	var tooLong *http.MaxBytesError
	if errors.As(err, &tooLong) {
		apiRefuse(w, http.StatusRequestEntityTooLarge, "The body is longer than 1 MB.")
		return nil, false
	}
	var object map[string]json.RawMessage
	if err != nil || json.Unmarshal(text, &object) != nil || object == nil {
		apiRefuse(w, http.StatusBadRequest, "The body is not one JSON object.") // the decoder's own words may quote a key
		return nil, false
	}
	return object, true
}

// apiRevision reads what If-Match says a change is based on: nil for "*". Where it says nothing of use it has answered.
func apiRevision(w http.ResponseWriter, r *http.Request) (*int64, bool) {
	tag := r.Header.Get("If-Match")
	switch tag {
	case "":
		apiRefuse(w, http.StatusPreconditionRequired,
			`Send If-Match with the ETag of the settings that the change is based on, so that nobody's work is undone unseen; or "*" to change them whatever they are.`)
		return nil, false
	case "*":
		return nil, true
	}
	revision, err := strconv.ParseInt(strings.Trim(tag, `"`), 10, 64)
	if err != nil || tag != etag(revision) {
		apiRefuse(w, http.StatusBadRequest, "If-Match is not an ETag of these settings.")
		return nil, false
	}
	return &revision, true
}

// etag names a revision of a company's settings.
func etag(revision int64) string { return `"` + strconv.FormatInt(revision, 10) + `"` }

// Package api answers in JSON what the product's own settings page and scripts ask about a company's connection.
package api

import (
	_ "embed"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/web/hooks"
)

// openAPI describes every address under /api/. Tests hold the routes, and every answer that they get, against it.
//
//go:embed openapi.json
var openAPI []byte

// API answers under /api/. Who may ask is said where its methods are given addresses. Every field but Hooks and Keep must be set.
type API struct {
	Store      *store.Store
	Greenhouse Greenhouse
	Keep       time.Duration                                   // of personal data, where a company says nothing else; 0: for ever
	Hooks      *hooks.Secrets                                  // nil where webhooks come in nowhere
	Broken     func(http.ResponseWriter, *http.Request, error) // answers what failed for no fault of the asker
}

// Description serves openapi.json.
func Description(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Write(openAPI) //nolint:errcheck // nobody is left to tell
}

// problem is every answer of the API that is no success.
type problem struct {
	Message string            `json:"message"`
	Fields  []wrongField      `json:"fields,omitempty"`
	Report  *store.TestReport `json:"report,omitempty"`
	Waiting *int64            `json:"waiting,omitempty"`
}

// wrongField is a field that cannot be as it was sent.
type wrongField struct {
	Field string `json:"field"`
	Must  string `json:"must"`
}

func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.Encode(body) //nolint:errcheck // nobody is left to tell
}

func refuse(w http.ResponseWriter, status int, message string) {
	answer(w, status, problem{Message: message})
}

// fail answers with what went wrong: in the sender's words where the sender can put it right.
func (a *API) fail(w http.ResponseWriter, r *http.Request, err error) {
	var failed *store.TestFailedError
	var waiting *store.WaitingError
	var tooOften *TooOftenError
	switch wrong := store.SettingErrors(err); {
	case len(wrong) > 0:
		answer(w, http.StatusUnprocessableEntity, problem{Message: "Nothing was done: some fields cannot be as they are.", Fields: fieldsOf(wrong)})
	case errors.As(err, &failed):
		answer(w, http.StatusUnprocessableEntity, problem{Message: "The connection test failed. Nothing was saved.", Report: &failed.Report})
	case errors.As(err, &waiting):
		answer(w, http.StatusConflict, problem{
			Message: "Something waits. Say in \"waiting\" whether to send or to drop it. Nothing was changed.", Waiting: &waiting.Count,
		})
	case errors.As(err, &tooOften):
		tooOften.SetRetryAfter(w)
		refuse(w, http.StatusTooManyRequests, tooOften.Error())
	case errors.Is(err, store.ErrChanged):
		refuse(w, http.StatusPreconditionFailed, "Somebody else changed these settings in the meantime. Read them again. Nothing was saved.")
	case errors.Is(err, store.ErrNotFound):
		refuse(w, http.StatusNotFound, "Nobody has connected this company yet.")
	default:
		r.Header.Set("Accept", "application/json")
		a.Broken(w, r, err)
	}
}

func fieldsOf(wrong []*store.SettingError) []wrongField {
	fields := make([]wrongField, 0, len(wrong))
	for _, e := range wrong {
		fields = append(fields, wrongField{e.Field, e.Must})
	}
	return fields
}

// object reads a request's body, one JSON object. Where it is none it has answered.
func object(w http.ResponseWriter, r *http.Request) (map[string]json.RawMessage, bool) {
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		refuse(w, http.StatusUnsupportedMediaType, "Send JSON, with Content-Type: application/json.")
		return nil, false
	}
	text, err := io.ReadAll(r.Body) // the door has bounded it
	var object map[string]json.RawMessage
	if err != nil || json.Unmarshal(text, &object) != nil || object == nil {
		refuse(w, http.StatusBadRequest, "The body is not one JSON object.") // the decoder's own words may quote a key
		return nil, false
	}
	return object, true
}

// revision reads what If-Match says a change is based on: nil for "*". Where it says nothing of use it has answered.
func revision(w http.ResponseWriter, r *http.Request) (*int64, bool) {
	tag := r.Header.Get("If-Match")
	switch tag {
	case "":
		refuse(w, http.StatusPreconditionRequired,
			`Send If-Match with the ETag of the settings that the change is based on, so that nobody's work is undone unseen; or "*" to change them whatever they are.`)
		return nil, false
	case "*":
		return nil, true
	}
	revision, err := strconv.ParseInt(strings.Trim(tag, `"`), 10, 64)
	if err != nil || tag != etag(revision) {
		refuse(w, http.StatusBadRequest, "If-Match is not an ETag of these settings.")
		return nil, false
	}
	return &revision, true
}

// etag names a revision of a company's settings.
func etag(revision int64) string { return `"` + strconv.FormatInt(revision, 10) + `"` }

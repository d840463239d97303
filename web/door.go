package web

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/interviewing-io/greenhouse-export/web/hooks"
)

// bodyBytes bounds every request's body: the numbers of some thousand exports, or a company's map of a thousand roles.
const bodyBytes = 1 << 20

const (
	notText     = "This request holds a NUL byte, or bytes that are not UTF-8, so nothing was done."
	notOneFile  = "This takes no files: send a form as application/x-www-form-urlencoded, or JSON."
	bodyTooLong = "The body is longer than 1 MB."
	notAForm    = "That form cannot be read."
)

// door lets no request pass whose text the database could not hold, whose body is too long, or that would be kept in a file. It reads
// a body whole, so that nothing behind it waits for a sender.
func (k *console) door(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !textual(r) {
			k.turnAway(w, r, http.StatusBadRequest, notText)
			return
		}
		if strings.HasPrefix(r.URL.Path, hooks.Path) && k.Hooks != nil { // signed byte for byte: it reads and bounds its body itself
			next.ServeHTTP(w, k.proxies.WithClient(r))
			return
		}
		if status, because := readBody(w, r); because != "" {
			k.turnAway(w, r, status, because)
			return
		}
		next.ServeHTTP(w, k.proxies.WithClient(r))
	})
}

// turnAway answers before anybody is known, also where there are no pages.
func (k *console) turnAway(w http.ResponseWriter, r *http.Request, status int, because string) {
	w.Header().Set("Connection", "close") // what is left of the body is not worth reading
	if k.pages == nil {
		http.Error(w, because, status)
		return
	}
	if strings.HasPrefix(r.URL.Path, "/api/") {
		r.Header.Set("Accept", "application/json")
	}
	k.refuse(w, r, status, because)
}

// textual says whether the address, its query and every header can be text in the database. Names and passwords of basic auth count:
// they are looked up.
func textual(r *http.Request) bool {
	name, password, _ := r.BasicAuth()
	if !isText(r.URL.Path) || !isText(r.Host) || !isText(name) || !isText(password) || !isEscapedText(r.URL.RawQuery) {
		return false
	}
	for header, values := range r.Header {
		for _, value := range append(values, header) {
			if !isText(value) {
				return false
			}
		}
	}
	return true
}

func isText(s string) bool { return utf8.ValidString(s) && !strings.Contains(s, "\x00") }

// isEscapedText reads a query or a form word by word: one escape that cannot be read hides no other from us.
func isEscapedText(s string) bool {
	if !isText(s) {
		return false
	}
	for word := range strings.FieldsFuncSeq(s, func(c rune) bool { return c == '&' || c == '=' || c == ';' }) {
		if plain, err := url.QueryUnescape(word); err == nil && !isText(plain) {
			return false
		}
	}
	return true
}

// readBody reads a request's body, and a form's fields out of it; because is empty where all is well.
func readBody(w http.ResponseWriter, r *http.Request) (status int, because string) {
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		r.Body = http.NoBody
		return 0, ""
	}
	kind := strings.ToLower(strings.TrimSpace(strings.Join(r.Header.Values("Content-Type"), ",")))
	if strings.Contains(kind, "multipart/") { // whatever else stands there: a handler's parser may be kinder than ours
		return http.StatusUnsupportedMediaType, notOneFile
	}
	if r.ContentLength > bodyBytes {
		return http.StatusRequestEntityTooLarge, bodyTooLong
	}
	text, err := io.ReadAll(http.MaxBytesReader(w, r.Body, bodyBytes))
	var tooLong *http.MaxBytesError
	switch {
	case errors.As(err, &tooLong):
		return http.StatusRequestEntityTooLarge, bodyTooLong
	case err != nil:
		return http.StatusBadRequest, "The request was cut off."
	case !isText(string(text)) || hidesNUL(text):
		return http.StatusBadRequest, notText
	}
	r.Body = io.NopCloser(bytes.NewReader(text))
	if !strings.HasPrefix(kind, "application/x-www-form-urlencoded") {
		return 0, ""
	}
	if !isEscapedText(string(text)) {
		return http.StatusBadRequest, notText
	}
	if err := r.ParseForm(); err != nil {
		return http.StatusBadRequest, notAForm
	}
	return 0, ""
}

// hidesNUL finds the character that JSON can spell and Postgres cannot hold. What is no JSON hides none.
func hidesNUL(text []byte) bool {
	if !bytes.Contains(text, []byte(`\u0000`)) {
		return false
	}
	for d := json.NewDecoder(bytes.NewReader(text)); ; {
		token, err := d.Token()
		if err != nil {
			return false
		}
		if word, is := token.(string); is && strings.Contains(word, "\x00") {
			return true
		}
	}
}

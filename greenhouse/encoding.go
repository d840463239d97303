package greenhouse

import (
	"bytes"
	"compress/gzip"
	"errors"
	"net/http"
	"strings"
)

// encodedError is an answer in an encoding that was not asked for and cannot be undone.
type encodedError struct {
	encoding string
	err      error
}

// Error says which, from a fixed vocabulary.
func (e *encodedError) Error() string { return "answer encoded as " + e.encoding }

// Unwrap returns the decoder's complaint, nil where there is no decoder.
func (e *encodedError) Unwrap() error { return e.err }

// readBody reads an answer within limit, on the wire and decoded alike. We ask for no encoding; what comes gzipped all
// the same is told by its first bytes, whatever the headers say, and decoded. With an error comes what was read.
func readBody(res *http.Response, limit int64) ([]byte, error) {
	if res.StatusCode < 200 { // a switched connection: nothing need ever come on it, and no deadline ends the reading
		return nil, nil
	}
	text, err := readCapped(res.Body, limit)
	if len(text) > 1 && text[0] == 0x1f && text[1] == 0x8b { // no JSON and no page begins like this
		return gunzip(text, err, limit)
	}
	if err != nil {
		return text, err
	}
	if encoding := foreignEncoding(res.Header); encoding != "" && !printable(text) {
		return nil, &encodedError{encoding, nil}
	}
	return text, nil
}

// gunzip decodes at most limit bytes, of compressed bytes that may have broken off with broken. Members without content
// end with the compressed bytes, which are capped too.
func gunzip(text []byte, broken error, limit int64) ([]byte, error) {
	z, err := gzip.NewReader(bytes.NewReader(text))
	if err != nil {
		return nil, errors.Join(broken, &encodedError{"gzip", err})
	}
	plain, err := readCapped(z, limit)
	var tooLong *tooLongError
	switch {
	case broken != nil:
		return plain, broken
	case err != nil && !errors.As(err, &tooLong):
		return plain, &encodedError{"gzip", err}
	}
	return plain, err
}

// foreignEncoding is the Content-Encoding of an answer, "" for none that matters.
func foreignEncoding(h http.Header) string {
	switch encoding := strings.ToLower(strings.TrimSpace(h.Get("Content-Encoding"))); encoding {
	case "", "identity", "gzip", "x-gzip":
		return ""
	case "deflate", "br", "zstd", "compress":
		return encoding
	}
	return "something else"
}

// printable tells text, whatever a header called it, from compressed bytes.
func printable(text []byte) bool {
	return !bytes.ContainsFunc(text, func(r rune) bool { return r == '\uFFFD' || r < ' ' && r != '\n' && r != '\t' && r != '\r' })
}

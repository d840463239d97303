package greenhouse

import (
	"encoding/json"
	"errors"
	"net/url"
	"strconv"
)

// contentError is a 2xx answer that was read and says something else than promised.
type contentError struct{ err error }

// Error says what was wrong with it.
func (e *contentError) Error() string { return "understand the answer: " + e.err.Error() }

// Unwrap returns the decoder's complaint.
func (e *contentError) Unwrap() error { return e.err }

// object decodes an answer that is one JSON object, or an array of one.
func object[T any](body []byte) (*T, error) {
	if body = trim(body); len(body) > 0 && body[0] == '[' {
		var first [2]json.RawMessage // and the rest is passed over: as a []T a megabyte of {} would take a hundred
		if err := json.Unmarshal(body, &first); err != nil {
			return nil, &contentError{err}
		}
		if first[0] == nil || first[1] != nil || first[0][0] != '{' {
			return nil, &contentError{errors.New("not exactly one object")}
		}
		body = first[0]
	}
	list, err := objects[T](body)
	if err != nil {
		return nil, err
	}
	return &list[0], nil
}

// objects decodes a list, or one object as a list of one: the documentation promises an array in places and prints an
// object there, and answers of several kinds mirror what was sent.
func objects[T any](body []byte) ([]T, error) {
	body = trim(body)
	var err error
	if len(body) > 0 && body[0] == '[' {
		list := []T{}
		if err = json.Unmarshal(body, &list); err == nil {
			return list, nil
		}
		return nil, &contentError{err}
	}
	if len(body) == 0 || body[0] != '{' {
		return nil, &contentError{errors.New("neither object nor array")}
	}
	var one T
	if err = json.Unmarshal(body, &one); err != nil {
		return nil, &contentError{err}
	}
	return []T{one}, nil
}

// looseID reads a positive whole number, or the digits of one in a string; anything else is 0 and no error, so that an
// oddity in one value does not cost the others.
type looseID int64

// UnmarshalJSON never fails.
func (id *looseID) UnmarshalJSON(raw []byte) error {
	n, err := strconv.ParseInt(text(raw), 10, 64)
	if err != nil || n < 0 {
		n = 0
	}
	*id = looseID(n)
	return nil
}

// looseText reads a string or a number as text; anything else is "" and no error.
type looseText string

// UnmarshalJSON never fails.
func (t *looseText) UnmarshalJSON(raw []byte) error {
	*t = looseText(clean(text(raw), maxExplanation))
	return nil
}

// link returns s when it is an absolute web address, else "": what Greenhouse answers ends up behind an href.
func link(s looseText) string {
	u, err := url.Parse(string(s))
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return ""
	}
	return string(s)
}

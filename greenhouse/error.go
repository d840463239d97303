package greenhouse

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"regexp"
	"strings"
	"syscall"
	"time"
)

// Op names what was being tried.
type Op string

// The operations of this client.
const (
	OpCurrentUser   Op = "read current user"
	OpJobs          Op = "list jobs"
	OpProspectPools Op = "list prospect pools"
	OpCreate        Op = "create candidate"
	OpReadStatus    Op = "read candidates"
	OpTrackingLink  Op = "create tracking link"
)

// Class says what an outcome is; not what to do about it.
type Class string

// The classes, one for each outcome that is not a readable 2xx.
const (
	ClassAuthRejected     Class = "auth_rejected"     // 401: key or email; the answer cannot tell which
	ClassPermissionDenied Class = "permission_denied" // 403
	ClassNotFound         Class = "not_found"         // 404
	ClassInvalid          Class = "invalid"           // 400, 422 and any 4xx not named here
	ClassLimited          Class = "limited"           // 429, 425
	ClassTimedOut         Class = "timed_out"         // 408, 504: something between gave up, the work may be done
	ClassServer           Class = "server"            // any other 5xx
	ClassRedirect         Class = "redirect"          // 3xx; never followed
	ClassUnreadable       Class = "unreadable"        // 2xx without the content that was promised, or no known status
	ClassNeverLeft        Class = "never_left"        // no answer, and the request did not leave as a whole
	ClassNoAnswer         Class = "no_answer"         // it left, and no answer came
)

// FieldError is one complaint about one field, in Greenhouse's words.
type FieldError struct {
	Field   string
	Message string
}

// Error is every failure of a call. Error() tells operation, class, status, reason and field names: no key, email,
// body or text from outside. Message and the fields' messages are Greenhouse's words, cleaned, without our key, and
// capped at 2 kB together; they may quote what was sent, so they belong into a ledger, not into a log.
type Error struct {
	Op     Op
	Class  Class
	Status int // 0 when there was no answer

	// Reason names the failure of a connection or of reading, from a fixed vocabulary; "" when the status says it.
	Reason string

	Message string
	Fields  []FieldError

	// Raw is the answer's own text, cleaned and without our key, at most 16 kB; "" where it is no text. It may quote all
	// that was sent.
	Raw string

	// RetryAfter holds what the header of that name asked for, in either form, 1 s to 1 h; HasRetryAfter tells it from none.
	RetryAfter    time.Duration
	HasRetryAfter bool

	// Left tells whether the complete request had been handed to the network. It is true with every answer, and
	// false only where Greenhouse cannot have received all of it.
	Left bool

	// Err is the cause, for errors.Is and As. Its text may hold addresses and bytes of an answer: not for logs.
	Err error
}

var plainField = regexp.MustCompile(`^[A-Za-z0-9_.\[\]-]{1,64}$`)

// Error describes the failure without personal data.
func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s", e.Op, strings.ReplaceAll(string(e.Class), "_", " "))
	if e.Status != 0 {
		fmt.Fprintf(&b, " (status %d)", e.Status)
	}
	if e.Reason != "" {
		b.WriteString(": " + e.Reason)
	}
	for i, f := range e.Fields {
		sep := ", "
		if i == 0 {
			sep = ": fields "
		}
		name := f.Field
		if !plainField.MatchString(name) {
			name = "?"
		}
		b.WriteString(sep + name)
	}
	return b.String()
}

// GoString keeps %#v as quiet as Error.
func (e *Error) GoString() string { return e.Error() }

// Unwrap returns the cause, nil when the answer itself was the failure.
func (e *Error) Unwrap() error { return e.Err }

// IsClass tells whether err is an *Error of that class.
func IsClass(err error, class Class) bool {
	var e *Error
	return errors.As(err, &e) && e.Class == class
}

func unsent(op Op, err error) *Error {
	return &Error{Op: op, Class: ClassNeverLeft, Reason: "request not built", Err: err}
}

func unanswered(op Op, left bool, err error) *Error {
	e := &Error{Op: op, Class: ClassNeverLeft, Reason: reason(err), Left: left, Err: err}
	if left {
		e.Class = ClassNoAnswer
	}
	return e
}

func unreadable(op Op, cred Credential, status int, err error, body []byte) *Error {
	e := &Error{Op: op, Class: ClassUnreadable, Status: status, Left: true, Err: err, Raw: rawOf(body, cred.hide)}
	e.Message, e.Fields = wordsOf(body, cred.hide)
	if e.Reason = "unexpected content"; isRead(err) {
		e.Reason = reason(err)
	}
	return e
}

func refused(op Op, cred Credential, answer Answer, header http.Header, body []byte) *Error {
	e := &Error{Op: op, Class: classOf(answer.Status), Status: answer.Status, Left: true, Raw: rawOf(body, cred.hide)}
	e.Message, e.Fields = explain(body, cred.hide)
	e.RetryAfter, e.HasRetryAfter = retryAfter(header, answer.Date)
	return e
}

func classOf(status int) Class {
	switch {
	case status == http.StatusUnauthorized:
		return ClassAuthRejected
	case status == http.StatusForbidden:
		return ClassPermissionDenied
	case status == http.StatusNotFound:
		return ClassNotFound
	case status == http.StatusTooManyRequests, status == http.StatusTooEarly:
		return ClassLimited
	case status == http.StatusRequestTimeout, status == http.StatusGatewayTimeout:
		return ClassTimedOut
	case status >= 300 && status < 400:
		return ClassRedirect
	case status >= 400 && status < 500:
		return ClassInvalid
	case status >= 500 && status < 600:
		return ClassServer
	}
	return ClassUnreadable
}

// reason puts a connection's failure into words of ours: the originals hold addresses, and bytes of a bad answer.
func reason(err error) string {
	var (
		named   *timeoutError
		dns     *net.DNSError
		shake   *handshakeError
		cert    *tls.CertificateVerificationError
		op      *net.OpError
		tooLong *tooLongError
		encoded *encodedError
	)
	switch {
	case errors.Is(err, ErrTooLate):
		return ErrTooLate.Error()
	case errors.Is(err, errUnasked):
		return errUnasked.Error()
	case errors.As(err, &named):
		return named.Error()
	case errors.As(err, &tooLong):
		return tooLong.Error()
	case errors.As(err, &encoded):
		return encoded.Error()
	case errors.Is(err, context.DeadlineExceeded):
		return "timed out"
	case errors.Is(err, context.Canceled):
		return "cancelled"
	case errors.As(err, &cert):
		return "certificate not trusted"
	case errors.As(err, &shake):
		return "TLS handshake failed"
	case errors.As(err, &op) && op.Op == "proxyconnect":
		return "no way through the proxy"
	case errors.As(err, &dns):
		return "host name not resolved"
	case errors.Is(err, syscall.ECONNREFUSED):
		return "connection refused"
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return "connection reset"
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "connection closed"
	}
	return "connection failed"
}

// isRead tells a failure of reading the answer from one of understanding it.
func isRead(err error) bool {
	var content *contentError
	return !errors.As(err, &content)
}

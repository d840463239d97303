// Package noticetest receives what notices send: a mail server that speaks SMTP, and a webhook that checks signatures.
package noticetest

import (
	"bytes"
	"context"
	"crypto/tls"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net"
	"net/mail"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
	"github.com/stretchr/testify/require"
)

// Mail is one that the server took.
type Mail struct {
	From, To string // of the envelope
	Header   mail.Header
	Subject  string
	Plain    string
	HTML     string
	Raw      string
}

// Mailbox is a mail server on a loopback address. Its zero answers take everything.
type Mailbox struct {
	Address string // host:port

	mu       sync.Mutex
	mails    []Mail
	refuse   func(to string) error
	user     string
	password string
	took     chan struct{} // closed and replaced with every mail
}

// NewMailbox starts a server that ends with the test. With a certificate it offers STARTTLS, and implicit is TLS from the first byte.
func NewMailbox(t testing.TB, secure *tls.Config, implicit bool) *Mailbox {
	t.Helper()
	b := &Mailbox{took: make(chan struct{})}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	b.Address = listener.Addr().String()
	if implicit {
		listener = tls.NewListener(listener, secure)
		secure = nil
	}
	server := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return &session{box: b}, nil }))
	server.TLSConfig, server.Domain, server.AllowInsecureAuth = secure, "localhost", implicit
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		server.Serve(listener) //nolint:errcheck // it ends when it is closed
	}()
	t.Cleanup(func() {
		server.Close()
		<-ended
	})
	return b
}

// URL is the setting for this server.
func (b *Mailbox) URL() string {
	return "smtp://" + b.Address + "?from=greenhouse@interviewing.example"
}

// Login makes the server ask for a name and a password.
func (b *Mailbox) Login(user, password string) { b.user, b.password = user, password }

// Refuse sets what the server answers to a recipient; nil takes it.
func (b *Mailbox) Refuse(answer func(to string) error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.refuse = answer
}

// Mails are those taken so far.
func (b *Mailbox) Mails() []Mail {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]Mail(nil), b.mails...)
}

// Await returns once the server has taken n mails.
func (b *Mailbox) Await(t testing.TB, n int) []Mail {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for {
		b.mu.Lock()
		have, took := len(b.mails), b.took
		b.mu.Unlock()
		if have >= n {
			return b.Mails()
		}
		select {
		case <-took:
		case <-ctx.Done():
			require.Failf(t, "mails did not come", "%d of %d came within a minute", have, n)
		}
	}
}

type session struct {
	box      *Mailbox
	from, to string
	entered  bool
}

// AuthMechanisms offers PLAIN where a login is asked for.
func (s *session) AuthMechanisms() []string {
	if s.box.user == "" {
		return nil
	}
	return []string{sasl.Plain}
}

// Auth compares.
func (s *session) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if s.entered = user == s.box.user && password == s.box.password; !s.entered {
			return smtp.ErrAuthFailed
		}
		return nil
	}), nil
}

// Reset, Logout and Mail take everything from whoever has logged in where that is asked for.
func (s *session) Reset()        {}
func (s *session) Logout() error { return nil }

func (s *session) Mail(from string, _ *smtp.MailOptions) error {
	if s.box.user != "" && !s.entered {
		return smtp.ErrAuthRequired
	}
	s.from = from
	return nil
}

// Rcpt answers as the test wants.
func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.box.mu.Lock()
	defer s.box.mu.Unlock()
	s.to = to
	if s.box.refuse != nil {
		return s.box.refuse(to)
	}
	return nil
}

// Data keeps the mail.
func (s *session) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	m, err := read(raw)
	if err != nil {
		return &smtp.SMTPError{Code: 554, Message: "cannot be read: " + err.Error()}
	}
	m.From, m.To = s.from, s.to
	s.box.mu.Lock()
	defer s.box.mu.Unlock()
	s.box.mails = append(s.box.mails, m)
	close(s.box.took)
	s.box.took = make(chan struct{})
	return nil
}

// read takes a mail of two alternatives apart.
func read(raw []byte) (Mail, error) {
	parsed, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		return Mail{}, err
	}
	m := Mail{Header: parsed.Header, Raw: string(raw)}
	if m.Subject, err = new(mime.WordDecoder).DecodeHeader(parsed.Header.Get("Subject")); err != nil {
		return m, err
	}
	_, params, err := mime.ParseMediaType(parsed.Header.Get("Content-Type"))
	if err != nil {
		return m, err
	}
	parts := multipart.NewReader(parsed.Body, params["boundary"])
	for _, into := range []*string{&m.Plain, &m.HTML} {
		part, err := parts.NextRawPart()
		if err != nil {
			return m, err
		}
		text, err := io.ReadAll(quotedprintable.NewReader(part))
		if err != nil {
			return m, err
		}
		*into = string(text)
	}
	return m, nil
}

package notice

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/mail"
	"net/url"
	"strconv"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"
)

// mailLimit bounds one mail: to connect, and each wait for the server.
const mailLimit = 15 * time.Second

// Mailer sends mail by one server. Safe for use by many goroutines.
type Mailer struct {
	from    *mail.Address
	host    string
	options []gomail.Option
}

// ParseSMTP reads smtp://user:password@host:587?from=ADDRESS or smtps://host:465?from=ADDRESS. With smtp the server must offer
// STARTTLS, but for one on this very machine, or anywhere when plain is allowed. Its errors hold nothing of the password.
func ParseSMTP(text string, plain bool) (*Mailer, error) {
	u, err := url.Parse(text)
	if err != nil || u.Hostname() == "" || u.Scheme != "smtp" && u.Scheme != "smtps" || strings.Trim(u.Path, "/") != "" {
		return nil, errors.New("it is not an address such as smtp://user:password@smtp.example.com:587?from=greenhouse@example.com")
	}
	query, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return nil, errors.New("what follows ? cannot be read; write @ and + in from= as %40 and %2B where it is not")
	}
	for name := range query {
		if name != "from" {
			return nil, fmt.Errorf("%q is not known; from= is", name)
		}
	}
	from, err := mail.ParseAddress(query.Get("from"))
	if err != nil {
		return nil, errors.New("from= must be the address that mails come from, such as ?from=greenhouse@example.com")
	}
	m := &Mailer{from: from, host: u.Hostname()}
	m.options = []gomail.Option{gomail.WithTimeout(mailLimit), gomail.WithTLSPolicy(gomail.TLSMandatory), gomail.WithPort(gomail.DefaultPortTLS)}
	if u.Scheme == "smtps" {
		m.options = append(m.options, gomail.WithSSL(), gomail.WithPort(gomail.DefaultPortSSL))
	} else if plain || loopback(m.host) {
		m.options = append(m.options, gomail.WithTLSPolicy(gomail.TLSOpportunistic))
	}
	if text := u.Port(); text != "" {
		port, err := strconv.Atoi(text)
		if err != nil || port < 1 || port > 65535 {
			return nil, errors.New("its port is not between 1 and 65535")
		}
		m.options = append(m.options, gomail.WithPort(port))
	}
	if password, set := u.User.Password(); set {
		m.options = append(m.options, gomail.WithSMTPAuth(gomail.SMTPAuthAutoDiscover), gomail.WithUsername(u.User.Username()), gomail.WithPassword(password))
	}
	if _, err := gomail.NewClient(m.host, m.options...); err != nil {
		return nil, errors.New("its server cannot be used")
	}
	return m, nil
}

// Host is the server's name.
func (m *Mailer) Host() string { return m.host }

// Reach connects, encrypts and logs in as a mail would, and sends none.
func (m *Mailer) Reach(ctx context.Context) error {
	client, err := gomail.NewClient(m.host, m.options...)
	if err != nil {
		return err
	}
	if err := client.DialWithContext(ctx); err != nil {
		return fmt.Errorf("%s: %w", m.host, err)
	}
	return client.Close()
}

// Send hands one letter to the server for one address, under an id that is the same in every attempt, so that a repeat folds into one.
// It returns a [*RefusedError] where the server did not take it, or nothing is known.
func (m *Mailer) Send(ctx context.Context, id, to string, l Letter, at time.Time) error {
	message, err := m.message(id, to, l, at)
	if err != nil {
		return &RefusedError{Permanent: true, Says: err.Error()}
	}
	client, err := gomail.NewClient(m.host, m.options...)
	if err != nil {
		return &RefusedError{Says: err.Error()}
	}
	err = client.DialAndSendWithContext(ctx, message)
	if err == nil || message.IsDelivered() { // taken, whatever became of the connection
		return nil
	}
	refused := &RefusedError{Says: err.Error()}
	var said *gomail.SendError
	if errors.As(err, &said) {
		refused.Code = said.ErrorCode()
		// What is said about the address or the message stays so; what kept us from talking, a wrong password included, is mended.
		refused.Permanent = refused.Code >= 500
	}
	return refused
}

func (m *Mailer) message(id, to string, l Letter, at time.Time) (*gomail.Msg, error) {
	message := gomail.NewMsg()
	message.FromMailAddress(m.from)
	if err := message.To(to); err != nil {
		return nil, fmt.Errorf("the address cannot be written to: %w", err)
	}
	message.Subject(l.Subject)
	message.SetDateWithValue(at)
	_, domain, _ := strings.Cut(m.from.Address, "@")
	message.SetMessageIDWithValue(id + "@" + domain)
	message.SetGenHeader("Auto-Submitted", "auto-generated") // nobody's holiday answers
	message.SetGenHeader("X-Auto-Response-Suppress", "All")
	plain, html, err := l.render()
	if err != nil {
		return nil, err
	}
	message.SetBodyString(gomail.TypeTextPlain, plain)
	message.AddAlternativeString(gomail.TypeTextHTML, html)
	return message, nil
}

func loopback(host string) bool {
	return strings.EqualFold(host, "localhost") || net.ParseIP(host).IsLoopback()
}

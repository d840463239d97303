package notice

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net"

	gomail "github.com/wneessen/go-mail"
)

// Trust makes certificates of a pool good ones.
func (m *Mailer) Trust(pool *x509.CertPool) {
	m.options = append(m.options, gomail.WithTLSConfig(&tls.Config{RootCAs: pool, ServerName: m.host}))
}

// DialTo makes the mailer connect to an address, whatever its server is called.
func (m *Mailer) DialTo(address string) {
	m.options = append(m.options, gomail.WithDialContextFunc(func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, address)
	}))
}

// Render writes the letter.
func (l Letter) Render() (plain, html string, err error) { return l.render() }

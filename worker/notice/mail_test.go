package notice_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-smtp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store/notices"
	"github.com/interviewing-io/greenhouse-export/wording"
	"github.com/interviewing-io/greenhouse-export/worker/notice"
	"github.com/interviewing-io/greenhouse-export/worker/notice/noticetest"
)

var at = time.Date(2026, 11, 26, 9, 14, 5, 0, time.UTC)

var broken = notices.Notice{
	Kind: notices.Broken, OrgID: "acme", Cause: ledger.CauseAuthRejected, Since: at, Waiting: 3, CreatedAt: at.Add(10 * time.Second),
}

// certificate is one for this machine, and what trusts it.
func certificate(t *testing.T) (*tls.Config, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "localhost"}, NotAfter: time.Now().Add(time.Hour), IsCA: true,
		BasicConstraintsValid: true, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	raw, err := x509.CreateCertificate(rand.Reader, &template, &template, &key.PublicKey, key)
	require.NoError(t, err)
	parsed, err := x509.ParseCertificate(raw)
	require.NoError(t, err)
	pool := x509.NewCertPool()
	pool.AddCert(parsed)
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{raw}, PrivateKey: key}}}, pool
}

func mailer(t *testing.T, url string) *notice.Mailer {
	t.Helper()
	m, err := notice.ParseSMTP(url, false)
	require.NoError(t, err)
	return m
}

func TestMailer_Send(t *testing.T) {
	t.Parallel()

	t.Run("TwoFormsAndAStableID", func(t *testing.T) {
		t.Parallel()
		box := noticetest.NewMailbox(t, nil, false)
		m := mailer(t, box.URL())
		for range 2 {
			require.NoError(t, m.Send(t.Context(), "notice-7", "ann@acme.example", notice.Write(broken, nil, "https://exports.example"), at))
		}
		mails := box.Mails()
		require.Len(t, mails, 2)
		assert.Equal(t, mails[0].Header.Get("Message-ID"), mails[1].Header.Get("Message-ID"), "clients fold a repeat")
		got := mails[0]
		assert.Equal(t, "<notice-7@interviewing.example>", got.Header.Get("Message-ID"))
		assert.Equal(t, "auto-generated", got.Header.Get("Auto-Submitted"))
		assert.Equal(t, []string{"greenhouse@interviewing.example", "ann@acme.example"}, []string{got.From, got.To})
		assert.Equal(t, "We can't add candidates to your Greenhouse", got.Subject)
		for _, part := range []string{got.Plain, got.HTML} {
			assert.Contains(t, part, "https://exports.example/orgs/acme/settings")
			assert.Contains(t, part, "3 candidates are waiting; none are lost.")
		}
		assert.NotContains(t, got.Plain, "&#")
	})

	t.Run("EncryptsAndLogsIn", func(t *testing.T) {
		t.Parallel()
		secure, trusted := certificate(t)
		for scheme, implicit := range map[string]bool{"smtp": false, "smtps": true} {
			box := noticetest.NewMailbox(t, secure, implicit)
			box.Login("ghexport", "s3cret:/@")
			m := mailer(t, scheme+"://ghexport:s3cret%3A%2F%40@"+box.Address+"?from=greenhouse@interviewing.example")
			refused := &notice.RefusedError{}
			require.ErrorAs(t, m.Send(t.Context(), "1", "ann@acme.example", notice.Write(broken, nil, ""), at), &refused, "nobody vouches for the server")
			assert.False(t, refused.Permanent)
			m.Trust(trusted)
			require.NoError(t, m.Send(t.Context(), "1", "ann@acme.example", notice.Write(broken, nil, ""), at), scheme)
			require.NoError(t, m.Reach(t.Context()))
			assert.Len(t, box.Mails(), 1)

			box.Login("ghexport", "another")
			require.ErrorAs(t, m.Send(t.Context(), "1", "ann@acme.example", notice.Write(broken, nil, ""), at), &refused)
			assert.False(t, refused.Permanent, "a wrong password is ours to mend")
			assert.NotContains(t, refused.Says, "s3cret")
			assert.Error(t, m.Reach(t.Context()))
		}
	})

	t.Run("NeverInTheClearToOthers", func(t *testing.T) {
		t.Parallel()
		box := noticetest.NewMailbox(t, nil, false)
		_, port, err := net.SplitHostPort(box.Address)
		require.NoError(t, err)
		m := mailer(t, "smtp://localhost.localdomain:"+port+"?from=a@b.example") // not one of the names that count as this machine
		m.DialTo(box.Address)
		err = m.Send(t.Context(), "1", "ann@acme.example", notice.Write(broken, nil, ""), at)
		require.ErrorContains(t, err, "STARTTLS")
		assert.Empty(t, box.Mails())
	})

	t.Run("TellsLaterFromNever", func(t *testing.T) {
		t.Parallel()
		box := noticetest.NewMailbox(t, nil, false)
		m := mailer(t, box.URL())
		for code, permanent := range map[int]bool{421: false, 451: false, 550: true, 554: true} {
			box.Refuse(func(string) error { return &smtp.SMTPError{Code: code, Message: "no thanks"} })
			refused := &notice.RefusedError{}
			require.ErrorAs(t, m.Send(t.Context(), "1", "ann@acme.example", notice.Write(broken, nil, ""), at), &refused)
			assert.Equal(t, code, refused.Code)
			assert.Equal(t, permanent, refused.Permanent, code)
		}
		nobody := mailer(t, "smtp://127.0.0.1:1?from=a@b.example")
		var refused *notice.RefusedError
		require.ErrorAs(t, nobody.Send(t.Context(), "1", "ann@acme.example", notice.Write(broken, nil, ""), at), &refused)
		assert.False(t, refused.Permanent)
		require.ErrorAs(t, m.Send(t.Context(), "1", "ann@acme.example\r\nBcc: eve@evil.example", notice.Write(broken, nil, ""), at), &refused)
		assert.True(t, refused.Permanent)
	})
}

func TestParseSMTP(t *testing.T) {
	t.Parallel()
	for _, good := range []string{
		"smtp://smtp.example.com?from=a@b.example", "smtps://u:p@smtp.example.com?from=interviewing.io%20<a@b.example>",
		"smtp://u:p@[::1]:25/?from=a%2Bb@b.example",
	} {
		_, err := notice.ParseSMTP(good, false)
		assert.NoError(t, err, good)
	}
	for bad, why := range map[string]string{
		"smtp.example.com:587":                        "not an address",
		"http://smtp.example.com?from=a@b.example":    "not an address",
		"smtp://u:hunter2@smtp.example.com":           "from=",
		"smtp://u:hunter2@smtp.example.com?from=me":   "from=",
		"smtp://u:hunter2@h?from=a@b.example&tls=off": `"tls" is not known`,
		"smtp://u:hunter2@h:99999?from=a@b.example":   "port",
		"smtp://u:hunter2@h/path?from=a@b.example":    "not an address",
		"smtp://u:hunter2%zz@h?from=a@b.example":      "not an address",
	} {
		_, err := notice.ParseSMTP(bad, false)
		if assert.ErrorContains(t, err, why, bad) {
			assert.NotContains(t, err.Error(), "hunter2")
		}
	}
}

func TestWrite(t *testing.T) {
	t.Parallel()
	held := wording.OfHold(&ledger.HoldFacts{Cause: ledger.CauseAuthRejected, Since: &at, KeyLast5: "a7f2c", CreatedBy: "recruiting@acme.example"})
	for name, c := range map[string]struct {
		notice notices.Notice
		held   *wording.Hold
		want   []string
	}{
		"Broken":    {broken, nil, []string{"Since 26 November 2026, 09:14 UTC Greenhouse has refused our sign-in. 3 candidates are waiting; none are lost.", "the API key was revoked", "Fix it here (2 minutes)", "as soon as it works"}},
		"Explained": {broken, held, []string{"Greenhouse refuses our sign-in since 26 November, 09:14 UTC. 3 candidates are waiting", "recruiting@acme.example", "1. In Greenhouse, Configure"}},
		"Forbidden": {with(func(n *notices.Notice) { n.Cause, n.Waiting = ledger.CausePermissionDenied, 1 }), held, []string{"has not let us add candidates. 1 candidate is waiting, and is not lost."}},
		"Day":       {with(func(n *notices.Notice) { n.Kind, n.Days = notices.StillBroken, 2 }), nil, []string{"Day 3: we still can't", "It has been like this for 2 days."}},
		"Works":     {with(func(n *notices.Notice) { n.Kind = notices.WorksAgain }), nil, []string{"It works again.", "3 candidates were waiting; none were lost."}},
		"WorksOne":  {with(func(n *notices.Notice) { n.Kind, n.Waiting = notices.WorksAgain, 1 }), nil, []string{"1 candidate was waiting; none was lost."}},
		"Decide":    {with(func(n *notices.Notice) { n.Kind, n.Unknown, n.Duplicate = notices.NeedsDecision, 1, 2 }), nil, []string{"3 candidates need your decision", "Of 1 candidate we do not know", "Of 2 candidates we added the same person", "/orgs/acme/decisions"}},
		"Refusals": {with(func(n *notices.Notice) {
			n.Kind, n.OrgID, n.Companies = notices.Refusals, "", []string{"acme", "globex", "initech"}
		}), nil, []string{"401 from Greenhouse for 3 companies", "acme, globex, initech", "https://exports.example/runbooks/auth.rejected"}},
		"Key": {with(func(n *notices.Notice) { n.Kind, n.Cause = notices.KeyUnreadable, ledger.CauseDecryptFailed }), nil, []string{"the stored key of acme does not open", "/runbooks/decrypt.failed"}},
	} {
		l := notice.Write(c.notice, c.held, "https://exports.example/")
		plain, _, err := l.Render()
		require.NoError(t, err)
		for _, want := range c.want {
			assert.Contains(t, l.Subject+"\n"+plain, want, name)
		}
		assert.Equal(t, c.notice.Kind.ForCompany(), strings.Contains(plain, "You get this because"), name)
	}
	assert.Empty(t, notice.Write(broken, nil, "").Link)
}

func with(change func(*notices.Notice)) notices.Notice {
	n := broken
	change(&n)
	return n
}

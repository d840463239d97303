package auth

import (
	"bytes"
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/store/access"
)

// Limits of links. A link is good for one hand-over from the product to the console, so none lives for long.
const (
	LinkLife      = 15 * time.Minute // what is usual
	LinkLifeMax   = 24 * time.Hour   // one that expires later opens nothing
	LinkSecretMin = 32               // bytes that GHEXPORT_LINK_SECRET has at least
	linkSkew      = time.Minute      // by how much the product's clock may be ahead of ours
	linkBytes     = 4 << 10          // of a token; the longest honest one is far below
	linkText      = 200              // characters of org, who and nonce at most
	linkNonceMin  = 16               // characters
)

// LinkVersion begins every token. What is signed begins with linkDomain instead, so that the same secret used elsewhere signs no link.
const (
	LinkVersion = "v1."
	linkDomain  = "ghexport-link.v1."
)

// Link lets one of a company's people into the console, once. docs/companies.md describes its form for programs in any language.
type Link struct {
	Org     string `json:"org"`            // the company, as producers name it
	Who     string `json:"who"`            // the person, as the product calls them; for the audit trail
	Expires int64  `json:"exp"`            // seconds since 1970
	Nonce   string `json:"nonce"`          // random, 16 characters at least; makes each link another one
	As      Role   `json:"role,omitempty"` // as what it lets them in; empty is [RoleCompany]
}

// Role is as what the link lets somebody in.
func (l Link) Role() Role { return cmp.Or(l.As, RoleCompany) }

// ErrLink stands for whatever is wrong with a link: who made it up learns nothing from us.
var ErrLink = errors.New("the link does not open anything")

// NewLink makes a link for an admin of a company that expires after valid. Sign it.
func NewLink(org, who string, now time.Time, valid time.Duration) Link {
	return Link{Org: org, Who: who, Expires: now.Add(valid).Unix(), Nonce: rand.Text()}
}

// For returns the link as one that lets somebody in in this role.
func (l Link) For(role Role) Link {
	if l.As = role; role == RoleCompany {
		l.As = "" // as binaries that know no other role read it
	}
	return l
}

// Sign returns the address under publicURL that opens the link, or says what is wrong with it.
func (l Link) Sign(secret, publicURL string) (string, error) {
	if len(secret) < LinkSecretMin {
		return "", fmt.Errorf("the link's secret must have at least %d bytes", LinkSecretMin)
	}
	if err := l.check(); err != nil {
		return "", err
	}
	payload, err := l.payload()
	if err != nil {
		return "", err
	}
	token := LinkVersion + payload + "." + base64.RawURLEncoding.EncodeToString(linkMAC(secret, payload))
	return strings.TrimRight(publicURL, "/") + "/enter?token=" + url.QueryEscape(token), nil
}

// payload is the link as text, in the form that is signed.
func (l Link) payload() (string, error) {
	text, err := json.Marshal(l)
	if err != nil {
		return "", fmt.Errorf("write the link: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(text), nil
}

// linkDigest stands for the link in the database.
func linkDigest(payload string) [sha256.Size]byte { return sha256.Sum256([]byte(linkDomain + payload)) }

// Record writes down that somebody made the link now, so that it can be listed, and ended before it is opened. Hand nobody a link for
// which it failed.
func (l Link) Record(ctx context.Context, st *store.Store, by store.By, now time.Time) error {
	payload, err := l.payload()
	if err != nil {
		return err
	}
	made := access.MadeLink{OrgID: l.Org, Who: l.Who, MadeBy: by.Actor, Role: string(l.Role()), MadeAt: now, ExpiresAt: time.Unix(l.Expires, 0).UTC()}
	return access.In(st).RecordLink(ctx, linkDigest(payload), by, made)
}

func linkMAC(secret, payload string) []byte {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(linkDomain + payload))
	return mac.Sum(nil)
}

// OpenLink returns what a token says and its digest, or [ErrLink]. Whether it was used already is the database's to say.
func OpenLink(secret, token string, now time.Time) (l Link, digest [sha256.Size]byte, err error) {
	rest, known := strings.CutPrefix(token, LinkVersion)
	payload, signature, whole := strings.Cut(rest, ".")
	if !known || !whole || len(token) > linkBytes {
		return l, digest, ErrLink
	}
	mac, err := base64.RawURLEncoding.Strict().DecodeString(signature)
	if err != nil || !hmac.Equal(mac, linkMAC(secret, payload)) {
		return l, digest, ErrLink
	}
	// From here on the product has written it.
	text, err := base64.RawURLEncoding.Strict().DecodeString(payload)
	if err != nil {
		return l, digest, ErrLink
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	expires := func() time.Time { return time.Unix(l.Expires, 0) }
	if decoder.Decode(&l) != nil || decoder.More() || l.check() != nil || !now.Before(expires()) || expires().Sub(now) > LinkLifeMax+linkSkew {
		return Link{}, digest, ErrLink
	}
	return l, linkDigest(payload), nil
}

// check says what no link may be.
func (l Link) check() error {
	var problems []error
	for _, field := range []struct {
		name, value string
		least       int
	}{{"org", l.Org, 1}, {"who", l.Who, 1}, {"nonce", l.Nonce, linkNonceMin}} {
		n := utf8.RuneCountInString(field.value)
		if n < field.least || n > linkText || strings.TrimSpace(field.value) != field.value || !utf8.ValidString(field.value) ||
			strings.ContainsFunc(field.value, unicode.IsControl) {
			problems = append(problems, fmt.Errorf("%s: must be %d to %d characters on one line, without white space around them", field.name, field.least, linkText))
		}
	}
	if !l.Role().OfCompany() {
		problems = append(problems, errors.New("role: must be company or recruiter"))
	}
	return errors.Join(problems...)
}

// CheckLinkSecret finds what is wrong with the secret, and repeats none of it.
func CheckLinkSecret(secret string) error {
	if secret != "" && len(secret) < LinkSecretMin {
		return fmt.Errorf("GHEXPORT_LINK_SECRET: has %d bytes, and must have at least %d", len(secret), LinkSecretMin)
	}
	return nil
}

// LinkSource stands for the secret in the sessions that it opened, which end when it changes.
func LinkSource(secret string) []byte {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte("ghexport session source"))
	return mac.Sum(nil)
}

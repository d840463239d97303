package greenhouse

import (
	"encoding/base64"
	"fmt"
	"io"
	"log/slog"
	"strings"
)

const hidden = "[secret]"

// Secret holds an API key and prints [secret] under every fmt verb, in JSON, in YAML, in zap and in slog.
//
// The text lies behind a pointer on purpose: fmt calls no methods on unexported fields of an enclosing struct, and
// would print a plain string found there as it is; of a pointer it prints the address. Two Secrets of the same text
// are therefore not ==; compare what Reveal returns.
type Secret struct{ text *string }

// NewSecret hides text.
func NewSecret(text string) Secret { return Secret{text: &text} }

// Reveal returns the hidden text, "" for the zero Secret. Every call is a place to review.
func (s Secret) Reveal() string {
	if s.text == nil {
		return ""
	}
	return *s.text
}

// IsZero tells whether there is nothing to hide.
func (s Secret) IsZero() bool { return s.Reveal() == "" }

// String returns [secret].
func (s Secret) String() string { return hidden }

// Format prints [secret] whatever the verb and flags are.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, hidden) }

// MarshalText gives [secret] to JSON, YAML and everything else that asks for text.
func (s Secret) MarshalText() ([]byte, error) { return []byte(hidden), nil }

// LogValue gives [secret] to slog.
func (s Secret) LogValue() slog.Value { return slog.StringValue(hidden) }

// Credential is one company's way in: its Candidate Ingestion key and the email of the user in whose name requests
// are made. It is given per call, so one Client serves every company. It prints [secret] as a whole, for the email
// is personal data.
type Credential struct {
	Key        Secret
	OnBehalfOf string
}

// String returns [secret].
func (c Credential) String() string { return hidden }

// Format prints [secret] whatever the verb and flags are.
func (c Credential) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, hidden) }

// MarshalText gives [secret] to JSON and its like.
func (c Credential) MarshalText() ([]byte, error) { return []byte(hidden), nil }

// LogValue gives [secret] to slog.
func (c Credential) LogValue() slog.Value { return slog.StringValue(hidden) }

// hide takes the key out of somebody else's words, in both forms in which a request carries it.
func (c Credential) hide(text string) string {
	key := c.Key.Reveal()
	if key == "" {
		return text
	}
	encoded := base64.StdEncoding.EncodeToString([]byte(key + ":"))
	return strings.ReplaceAll(strings.ReplaceAll(text, key, hidden), encoded, hidden)
}

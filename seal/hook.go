package seal

import (
	"crypto/rand"
	"encoding/base64"
)

const hookSecretBytes = 32

// HookOrg stands where a company's id stands when the secret of its webhooks is sealed, so that one never opens as the company's key.
func HookOrg(org string) string { return "webhook\x00" + org }

// NewHookSecret makes a random secret, of letters, digits, - and _, for Greenhouse to sign its webhooks with.
func NewHookSecret() string {
	var random [hookSecretBytes]byte
	rand.Read(random[:]) // never fails: crypto/rand ends the process instead
	return base64.RawURLEncoding.EncodeToString(random[:])
}

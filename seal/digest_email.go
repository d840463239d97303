package seal

import (
	"slices"
	"strings"

	"golang.org/x/net/idna"
	"golang.org/x/text/unicode/norm"

	"github.com/interviewing-io/greenhouse-export/jobs"
)

// domains reads internationalised domain names as a browser's address bar does (UTS #46, not transitional), and lets pass what is in
// use all the same, such as an underscore.
var domains = idna.New(idna.MapForLookup(), idna.Transitional(false), idna.StrictDomainName(false))

// Email digests an address, so that all spellings of one are one: whatever its letter case, in the canonical form of [jobs.Email], its
// domain as an A-label (xn--...), without a dot behind it. Nil for none.
func (d *Digests) Email(address string) []byte { return d.digest("email", EmailKey(address)) }

// EmailKey returns what is compared of an address. What is no address is compared as it is, in lower case. Pure.
func EmailKey(address string) string {
	email, ok := jobs.Email(strings.TrimSpace(address))
	if !ok {
		return norm.NFC.String(strings.ToLower(strings.TrimSpace(address)))
	}
	at := strings.LastIndexByte(email, '@')
	local, domain := norm.NFC.String(strings.ToLower(email[:at])), strings.ToLower(email[at+1:])
	if ascii, err := domains.ToASCII(domain); err == nil {
		domain = ascii
	}
	return local + "@" + strings.TrimRight(strings.ToLower(domain), ".")
}

// EmailForms are the ways in which a message may spell an address whose form ghexport.email makes, in lower case: its domain as an A-label
// and as people write it. Pure.
func EmailForms(address string) []string {
	key := EmailKey(address)
	local, domain, _ := strings.Cut(key, "@")
	forms := []string{key}
	if shown, err := domains.ToUnicode(domain); err == nil {
		forms = append(forms, local+"@"+shown)
	}
	if email, ok := jobs.Email(strings.TrimSpace(address)); ok {
		forms = append(forms, strings.ToLower(email))
	}
	slices.Sort(forms)
	return slices.Compact(forms)
}

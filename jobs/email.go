package jobs

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

const (
	maxEmail       = 254
	maxEmailPasted = 1000 // with what is trimmed off it
)

// mailto begins what a link or a mail program makes of an address.
var mailto = regexp.MustCompile(`^[Mm][Aa][Ii][Ll][Tt][Oo]:`)

// Email returns an address in its canonical form, by which one person has one spelling wherever it comes from: without white space and
// invisible characters at its ends (see [Invisible]), without dots behind the domain, in Unicode's composed form (NFC). ok is false for
// what holds any such character inside, for mailto: and angle brackets, and for what is no address at all. It is not parsed further:
// whether it can be written to is Greenhouse's to say, and more addresses work than the RFCs allow. Letter case stays.
func Email(text string) (email string, ok bool) {
	if utf8.RuneCountInString(text) > maxEmailPasted {
		return "", false
	}
	email = strings.TrimRight(strings.TrimFunc(text, unseen), ".")
	local, domain, _ := strings.Cut(email, "@")
	ok = local != "" && domain != "" && !strings.Contains(domain, "@") && utf8.RuneCountInString(email) <= maxEmail &&
		!strings.ContainsFunc(email, neverInEmail) && !mailto.MatchString(email)
	if !ok {
		return "", false
	}
	return norm.NFC.String(email), true
}

func neverInEmail(r rune) bool {
	return r == '<' || r == '>' || unicode.IsSpace(r) || unicode.IsControl(r) || Invisible(r)
}

// Emails returns the addresses in a text that a person pasted, each once in its canonical form: a bare address, a mailto: link, angle
// brackets, a mail's header such as "Ada King <ada@example.com>", a list. Of a text with angle brackets only what is in them counts.
func Emails(pasted string) []string {
	text := strings.TrimFunc(pasted, around)
	parts := bracketed.FindAllString(pasted, -1)
	if _, bare := Email(text); bare && parts == nil && !strings.ContainsAny(text, `,;()"`) {
		parts = []string{text}
	}
	if parts == nil {
		parts = strings.FieldsFunc(text, func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune(`,;()[]<>"`, r) })
	}
	var found []string
	for _, part := range parts {
		if email, ok := Email(withoutMailto(strings.TrimFunc(part, around))); ok && !slices.Contains(found, email) {
			found = append(found, email)
		}
	}
	return found
}

// PastedEmail returns the one address of a text that a person pasted (see [Emails]), and the trimmed text where there is none or are
// several, so that the check that follows can refuse it.
func PastedEmail(pasted string) string {
	if found := Emails(pasted); len(found) == 1 {
		return found[0]
	}
	return strings.TrimFunc(pasted, func(r rune) bool { return unseen(r) || unicode.IsSpace(r) })
}

var bracketed = regexp.MustCompile(`<[^<>]*@[^<>]*>`)

// around tells what stands around an address in running text and is no part of it.
func around(r rune) bool {
	return unseen(r) || unicode.IsSpace(r) || strings.ContainsRune("<>'\"“”‘’«»‹›`:!?,;", r)
}

// withoutMailto takes the address out of a mailto: link, as RFC 6068 writes it.
func withoutMailto(link string) string {
	scheme := mailto.FindString(link)
	if scheme == "" {
		return link
	}
	address, _, _ := strings.Cut(link[len(scheme):], "?")
	if plain, err := url.PathUnescape(address); err == nil {
		return plain
	}
	return address
}

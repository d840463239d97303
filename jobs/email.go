package jobs

import (
	"html"
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
// invisible characters at its ends (see [Invisible]), without dots, commas and semicolons behind the domain, whose wide dots are dots, in
// Unicode's composed form (NFC). ok is false for what holds any invisible character inside, for mailto: and angle brackets, and for what is no address at all. It is not parsed further:
// whether it can be written to is Greenhouse's to say, and more addresses work than the RFCs allow. Letter case stays.
func Email(text string) (email string, ok bool) {
	if utf8.RuneCountInString(text) > maxEmailPasted {
		return "", false
	}
	local, domain, _ := strings.Cut(strings.TrimFunc(text, unseen), "@")
	domain = strings.TrimRight(wideDots.Replace(domain), ".,;")
	email = local + "@" + domain
	ok = local != "" && domain != "" && !strings.Contains(domain, "@") && utf8.RuneCountInString(email) <= maxEmail &&
		!strings.ContainsFunc(email, neverInEmail) && !mailto.MatchString(email)
	if !ok {
		return "", false
	}
	return norm.NFC.String(email), true
}

// wideDots hold what separates the labels of a domain where East Asian keyboards type it; IDNA takes them for dots, too.
var wideDots = strings.NewReplacer("\u3002", ".", "\uff0e", ".", "\uff61", ".")

func neverInEmail(r rune) bool {
	return r == '<' || r == '>' || unicode.IsSpace(r) || unicode.IsControl(r) || Invisible(r)
}

// Emails returns the addresses in a text that a person pasted, each once in its canonical form: a bare address, a mailto: link, angle
// brackets, a mail's header such as "Ada King <ada@example.com>", a list; out of a page's source, out of another page's address, or with
// a wide @. Of a text with angle brackets only what is in them counts.
func Emails(pasted string) []string {
	pasted = plainly(pasted)
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
		if email, ok := Email(withoutLabel(withoutMailto(strings.TrimFunc(part, around)))); ok && !slices.Contains(found, email) {
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
	address, _, _ := strings.Cut(strings.TrimLeft(link[len(scheme):], "/"), "?")
	if plain, err := url.PathUnescape(address); err == nil {
		return plain
	}
	return address
}

// plainly undoes what a page's source or an address bar does to a text, and a keyboard to the @.
func plainly(pasted string) string {
	pasted = strings.ReplaceAll(pasted, "\uff20", "@")
	if strings.Contains(pasted, "&lt;") || strings.Contains(pasted, "&#") {
		pasted = html.UnescapeString(pasted)
	}
	if !strings.Contains(pasted, "@") {
		if plain, err := url.PathUnescape(pasted); err == nil && strings.Contains(plain, "@") {
			return plain
		}
	}
	return pasted
}

// withoutLabel takes an address out of email:ada@example.com; no local part holds a colon outside of quotes.
func withoutLabel(text string) string {
	local, _, _ := strings.Cut(text, "@")
	if strings.Contains(local, `"`) {
		return text
	}
	return text[strings.LastIndexByte(local, ':')+1:]
}

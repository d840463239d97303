package worker

import (
	"net/url"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// profileHost is linkedin.com itself, its www, mobile and country hosts; business. and the like carry no profiles, and a longer
// name that merely begins so is somebody else's.
var profileHost = regexp.MustCompile(`^(www\.)?((m|mobile|touch|[a-z]{2})\.)?linkedin\.com$`)

// slugLimit bounds a profile's name, in characters; LinkedIn itself allows 100.
const slugLimit = 200

// LinkedInProfile brings the address of a personal profile, however it was copied, to https://www.linkedin.com/in/SLUG: without
// scheme or with, any host of the site, query, fragment, locale or sub-page behind the slug, letters percent-encoded or raw.
// The slug's letter case stays. ok is false for everything else: company and Sales Navigator pages, /pub/, other sites, free text.
func LinkedInProfile(pasted string) (profile string, ok bool) {
	u, err := url.Parse(withScheme(trimInvisible(pasted)))
	if err != nil || u.User != nil || u.Scheme != "https" && u.Scheme != "http" {
		return "", false
	}
	if !profileHost.MatchString(strings.ToLower(u.Hostname())) || u.Port() != "" && u.Port() != "443" && u.Port() != "80" {
		return "", false
	}
	// The escaped path is cut, so that an encoded slash cannot pose as a boundary.
	steps := strings.FieldsFunc(u.EscapedPath(), func(r rune) bool { return r == '/' })
	if len(steps) < 2 || !strings.EqualFold(steps[0], "in") {
		return "", false
	}
	slug, err := url.PathUnescape(steps[1])
	if err != nil || !isSlug(slug) {
		return "", false
	}
	return "https://www.linkedin.com/in/" + url.PathEscape(slug), true
}

// withScheme completes what people leave out; url.Parse would take the host for a path.
func withScheme(address string) string {
	before, _, found := strings.Cut(address, "://")
	switch {
	case strings.HasPrefix(address, "//"):
		return "https:" + address
	case found && !strings.ContainsAny(before, "/?#"): // a query may hold an address of its own
		return address
	}
	return "https://" + address
}

// isSlug tells a profile's name: letters and digits of any script, the marks and emoji that older profiles have, and the few signs
// that occur between them.
func isSlug(slug string) bool {
	// /in/me is whoever is looking, so a recruiter would land on their own profile.
	if !utf8.ValidString(slug) || utf8.RuneCountInString(slug) > slugLimit || strings.EqualFold(slug, "me") {
		return false
	}
	foreign := func(r rune) bool {
		joiner := r == '\u200C' || r == '\u200D'
		return !unicode.In(r, unicode.L, unicode.N, unicode.M) && !(r > '~' && unicode.IsSymbol(r)) && !joiner && !strings.ContainsRune("-_.~&+'", r)
	}
	named := func(r rune) bool { return unicode.In(r, unicode.L, unicode.N) || r > '~' && unicode.IsSymbol(r) }
	return !strings.ContainsFunc(slug, foreign) && strings.ContainsFunc(slug, named)
}

// trimInvisible takes white space and format characters off both ends, which copying leaves there.
func trimInvisible(text string) string {
	return strings.TrimFunc(text, func(r rune) bool { return unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) })
}

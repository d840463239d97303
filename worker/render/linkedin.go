package render

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/interviewing-io/greenhouse-export/jobs"
)

// profileHost is linkedin.com itself, its www, mobile and country hosts; business. and the like carry no profiles, and a longer
// name that merely begins so is somebody else's.
var profileHost = regexp.MustCompile(`^(www\.)?((m|mobile|touch|[a-z]{2})\.)?linkedin\.com$`)

// slugLimit bounds a profile's name, in characters; LinkedIn itself allows 100.
const slugLimit = 200

// LinkedInProfile brings the address of a personal profile, however it was copied, to https://www.linkedin.com/in/SLUG: without
// scheme or with, any host of the site, the mobile site's paths, query, fragment, locale or sub-page behind the slug, letters
// percent-encoded or raw, in quotes or brackets, at the end of a sentence, with invisible characters in it. The slug's letter case stays. ok is false for everything else: company and Sales Navigator pages, /pub/, other sites, free text.
func LinkedInProfile(pasted string) (profile string, ok bool) {
	u, err := url.Parse(withScheme(unwrapped(pasted)))
	if err != nil || u.User != nil || u.Scheme != "https" && u.Scheme != "http" {
		return "", false
	}
	if !profileHost.MatchString(strings.ToLower(u.Hostname())) || u.Port() != "" && u.Port() != "443" && u.Port() != "80" {
		return "", false
	}
	// The escaped path is cut, so that an encoded slash cannot pose as a boundary.
	steps := strings.FieldsFunc(u.EscapedPath(), func(r rune) bool { return r == '/' })
	for n := 0; n < 2 && len(steps) > 0 && slices.Contains(mobileSteps, strings.ToLower(steps[0])); n++ {
		steps = steps[1:]
	}
	if len(steps) < 2 || !strings.EqualFold(steps[0], "in") {
		return "", false
	}
	slug, err := url.PathUnescape(steps[1])
	slug = strings.TrimRight(strings.TrimRightFunc(slug, nothingSeen), sentenceEnd)
	if err != nil || !isSlug(slug) {
		return "", false
	}
	return "https://www.linkedin.com/in/" + url.PathEscape(slug), true
}

// mobileSteps stand before /in on the mobile site, and comm in the links of LinkedIn's own mails.
var mobileSteps = []string{"mwlite", "mobile", "m", "profile", "comm"}

// What people write around an address and is no part of it.
const (
	wrapping    = "<>()[]{}\"“”„«»‹›‘’`*"
	sentenceEnd = wrapping + ".,;:!?'"
)

// unwrapped takes an address out of the quotes, brackets and punctuation around it, and the invisible characters out of the address, less
// those that a name in it may be written with.
func unwrapped(pasted string) string {
	seen := strings.Map(func(r rune) rune {
		if jobs.Invisible(r) && !shapes(r) {
			return -1
		}
		return r
	}, trimInvisible(pasted))
	for n := len(seen) + 1; n > len(seen); { // both kinds may alternate
		n = len(seen)
		seen = trimInvisible(strings.TrimRight(strings.TrimLeft(seen, wrapping+"'"), sentenceEnd))
	}
	return seen
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

// trimInvisible takes off both ends what shows nothing, which copying leaves there.
func trimInvisible(text string) string {
	return strings.TrimFunc(text, nothingSeen)
}

func nothingSeen(r rune) bool { return unicode.IsSpace(r) || jobs.Invisible(r) }

package store

import (
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/interviewing-io/greenhouse-export/jobs"
)

// Profile is a candidate's page in Greenhouse.
type Profile struct {
	URL           string
	CandidateID   int64
	ApplicationID int64    // 0 when the address names none
	Compared      Compared // what Greenhouse says of it; empty while nobody asked
}

// profileHosts are Greenhouse's hosts that show candidates: app and its numbered copies, also those of a region. Boards, the API and the
// help centre show none.
var profileHosts = regexp.MustCompile(`\Aapp[0-9]{0,3}(\.[a-z]{2})?\.greenhouse\.io\z`)

// profilePath is the path of a candidate's page, as Greenhouse's own pages link it, with the application and what follows, if any.
var profilePath = regexp.MustCompile(`\A/people/([0-9]+)(?:/applications/([0-9]+))?(?:/[^?#]*)?\z`)

// ParseProfileURL reads the ids out of the address of a candidate's page, https://app.greenhouse.io/people/ID?application_id=N or
// /people/ID/applications/N, however it was pasted: without scheme, in brackets or quotes, at the end of a sentence, with invisible
// characters in it. Of the address only what leads there is kept. Hosts that show no candidates, and plain http, pass with
// allowAnyHost alone, which is for development.
func ParseProfileURL(address string, allowAnyHost bool) (Profile, error) {
	u, err := url.Parse(withScheme(pastedAddress(address)))
	if err != nil {
		return Profile{}, errors.New("the profile's address does not parse as a URL")
	}
	host, err := profileHost(u, allowAnyHost)
	if err != nil {
		return Profile{}, err
	}
	match := profilePath.FindStringSubmatch(u.Path)
	if match == nil {
		return Profile{}, errors.New("the profile's address does not lead to /people/ID")
	}
	p := Profile{URL: u.Scheme + "://" + host + "/people/" + match[1]}
	if p.CandidateID, err = profileID(match[1]); err != nil {
		return Profile{}, fmt.Errorf("the candidate's id in the profile's address %w", err)
	}
	named := u.Query()["application_id"]
	if match[2] != "" {
		named = append(named, match[2])
	}
	named = slices.Compact(slices.DeleteFunc(named, func(id string) bool { return id == "" }))
	switch {
	case len(named) > 1:
		return Profile{}, errors.New("the profile's address names two applications")
	case len(named) == 0:
		return p, nil
	}
	if p.ApplicationID, err = profileID(named[0]); err != nil {
		return Profile{}, fmt.Errorf("the application's id in the profile's address %w", err)
	}
	p.URL += "?application_id=" + named[0]
	return p, nil
}

// profileHost returns the host, and the port of a simulator, if a profile may be there.
func profileHost(u *url.URL, allowAnyHost bool) (string, error) {
	host := strings.TrimSuffix(strings.ToLower(u.Hostname()), ".")
	switch {
	case u.User != nil:
		return "", errors.New("the profile's address holds a user name")
	case allowAnyHost && host != "" && (u.Scheme == "https" || u.Scheme == "http"):
		return strings.ToLower(u.Host), nil
	case allowAnyHost:
		return "", errors.New("the profile's address does not begin with http:// or https://")
	case u.Scheme != "https":
		return "", errors.New("the profile's address does not begin with https://")
	case !profileHosts.MatchString(host):
		return "", fmt.Errorf("the profile's address is on %q, and not on app.greenhouse.io, where profiles are", host)
	case u.Port() != "" && u.Port() != "443":
		return "", errors.New("the profile's address names a port")
	}
	return host, nil
}

// profileID reads a number as Greenhouse writes ids.
func profileID(digits string) (int64, error) {
	id, err := strconv.ParseInt(digits, 10, 64)
	switch {
	case err != nil && errors.Is(err, strconv.ErrRange):
		return 0, errors.New("is larger than any id")
	case err != nil || id <= 0 || strconv.FormatInt(id, 10) != digits:
		return 0, errors.New("is no id")
	}
	return id, nil
}

// What people write around an address and is no part of it.
const (
	aroundAddress = "<>()[]{}\"'“”„«»‹›‘’`*"
	behindAddress = aroundAddress + ".,;:!?…"
)

// pastedAddress takes an address out of what stands around it, and what cannot be seen out of the address.
func pastedAddress(pasted string) string {
	address := strings.ReplaceAll(withoutInvisible(pasted), "&amp;", "&")
	for _, encoded := range []string{"%E2%80%8B", "%E2%80%8C", "%E2%80%8D", "%E2%81%A0", "%EF%BB%BF", "%C2%AD"} { // as a browser copies them
		address = strings.ReplaceAll(strings.ReplaceAll(address, encoded, ""), strings.ToLower(encoded), "")
	}
	for n := -1; n != len(address); { // both ends may alternate with white space
		n = len(address)
		address = strings.TrimSpace(strings.TrimRight(strings.TrimLeft(address, aroundAddress), behindAddress))
	}
	return address
}

func withoutInvisible(text string) string {
	return strings.Map(func(r rune) rune {
		if jobs.Invisible(r) || unicode.IsControl(r) && !unicode.IsSpace(r) {
			return -1
		}
		return r
	}, text)
}

// withScheme completes what people leave out; url.Parse would take the host for a path.
func withScheme(address string) string {
	before, _, found := strings.Cut(address, "://")
	switch {
	case strings.HasPrefix(address, "//"):
		return "https:" + address
	case found && !strings.ContainsAny(before, "/?#"), !strings.Contains(before, "."): // a query may hold an address of its own
		return address
	}
	return "https://" + address
}

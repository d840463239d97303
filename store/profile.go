package store

import (
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strconv"
	"strings"
)

// Profile is a candidate's page in Greenhouse.
type Profile struct {
	URL           string
	CandidateID   int64
	ApplicationID int64 // 0 when the address names none
}

// profilePath is the path of a candidate's page, as Greenhouse's own pages link it.
var profilePath = regexp.MustCompile(`\A/people/([1-9][0-9]{0,18})(?:/[^?#]*)?\z`)

// ParseProfileURL reads the ids out of the address of a candidate's page, https://app.greenhouse.io/people/ID?application_id=N, and
// keeps of the address only what leads there. Hosts other than Greenhouse's, and plain http, pass with allowAnyHost alone, which is
// for development.
func ParseProfileURL(address string, allowAnyHost bool) (Profile, error) {
	u, err := url.Parse(strings.TrimSpace(address))
	if err != nil {
		return Profile{}, errors.New("the profile's address does not parse as a URL")
	}
	host := strings.ToLower(u.Hostname())
	if !allowAnyHost {
		if host != "greenhouse.io" && !strings.HasSuffix(host, ".greenhouse.io") {
			return Profile{}, fmt.Errorf("the profile's address is on %q, not on greenhouse.io", host)
		}
		if u.Scheme != "https" {
			return Profile{}, errors.New("the profile's address does not begin with https://")
		}
	} else if host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return Profile{}, errors.New("the profile's address does not begin with http:// or https://")
	}
	match := profilePath.FindStringSubmatch(u.Path)
	if match == nil {
		return Profile{}, errors.New("the profile's address does not lead to /people/ID")
	}
	p := Profile{URL: u.Scheme + "://" + u.Host + "/people/" + match[1]}
	if p.CandidateID, err = strconv.ParseInt(match[1], 10, 64); err != nil {
		return Profile{}, errors.New("the candidate's id in the profile's address is no id")
	}
	if application := u.Query().Get("application_id"); application != "" {
		p.ApplicationID, err = strconv.ParseInt(application, 10, 64)
		if err != nil || p.ApplicationID <= 0 {
			return Profile{}, errors.New("application_id in the profile's address is no id")
		}
		p.URL += "?application_id=" + application
	}
	return p, nil
}

package render

import (
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestLinkedInProfile(t *testing.T) {
	t.Parallel()
	const ada = "https://www.linkedin.com/in/ada"
	for pasted, want := range map[string]string{
		"https://www.linkedin.com/in/ada":                          ada,
		"http://www.linkedin.com/in/ada":                           ada,
		"https://linkedin.com/in/ada":                              ada,
		"linkedin.com/in/ada":                                      ada,
		"www.linkedin.com/in/ada":                                  ada,
		"//www.linkedin.com/in/ada":                                ada,
		"HTTPS://WWW.LinkedIn.COM/In/ada":                          ada,
		"https://uk.linkedin.com/in/ada":                           ada,
		"https://www.de.linkedin.com/in/ada":                       ada,
		"https://m.linkedin.com/in/ada":                            ada,
		"https://www.linkedin.com:443/in/ada":                      ada,
		"https://www.linkedin.com/in/ada/":                         ada,
		"https://www.linkedin.com//in//ada//":                      ada,
		"https://www.linkedin.com/in/ada/en":                       ada,
		"https://www.linkedin.com/in/ada/de-de/":                   ada,
		"https://www.linkedin.com/in/ada/details/experience/":      ada,
		"https://www.linkedin.com/in/ada?originalSubdomain=uk":     ada,
		"https://www.linkedin.com/in/ada/?trk=a%20b&x=/in/eve#top": ada,
		"linkedin.com/in/ada?next=https://example.com/":            ada,
		"https://www.linkedin.com/in/ada#experience":               ada,
		" \n\ufeffhttps://www.linkedin.com/in/ada\u200b \r\n":      ada,
		"https://www.linkedin.com/mwlite/in/ada":                   ada,
		"https://www.linkedin.com/comm/in/ada?midToken=x":          ada,
		"https://www.linkedin.com/in/ada%20":                       ada,
		"https://www.linkedin.com/in/ada%E2%80%8B/":                ada,
		"https://www.linkedin.com/in/ada%0A":                       ada,
		"<https://de.linkedin.com/in/ada/?trk=people-guest>":       ada,
		"linkedin.com/mwlite/in/ada?x=1":                           ada,
		"https://www.linkedin.com/mwlite/profile/in/ada/":          ada,
		"https://m.linkedin.com/mwlite/in/ada":                     ada,
		"https://mobile.linkedin.com/in/ada":                       ada,
		"https://www.linkedin.com/mobile/in/ada":                   ada,
		"https://www.linkedin.com/m/in/ada":                        ada,
		"<https://www.linkedin.com/in/ada>":                        ada,
		"(linkedin.com/in/ada).":                                   ada,
		"\"https://www.linkedin.com/in/ada\",":                     ada,
		"'linkedin.com/in/ada'":                                    ada,
		"“https://www.linkedin.com/in/ada/”;":                      ada,
		"[linkedin.com/in/ada]":                                    ada,
		"`linkedin.com/in/ada`":                                    ada,
		"*linkedin.com/in/ada*!":                                   ada,
		"https://www.linkedin.com/in/ada.":                         ada,
		"https://www.linkedin.com/in/ada.?x=1":                     ada,
		"https://www.linkedin.com/in/ada>\u200b)":                  ada,
		"\u2800linkedin.com/in/ada\u3164":                          ada,
		"linked\u200bin.com/in/a\u00adda":                          ada,
		"https://www.linkedin.com/in/\u2066ada\u2069/":             ada,
		"https://www.linkedin.com/mwlite/company/acme":             "",
		"https://www.linkedin.com/in/Ada-King_1.b":                 "https://www.linkedin.com/in/Ada-King_1.b",
		"https://www.linkedin.com/in/ada-lovelace-12ab34":          "https://www.linkedin.com/in/ada-lovelace-12ab34",
		"https://www.linkedin.com/in/jos%C3%A9":                    "https://www.linkedin.com/in/jos%C3%A9",
		"https://www.linkedin.com/in/jos%c3%a9/":                   "https://www.linkedin.com/in/jos%C3%A9",
		"https://www.linkedin.com/in/josé":                         "https://www.linkedin.com/in/jos%C3%A9",
		"linkedin.com/in/毛泽东":                                      "https://www.linkedin.com/in/%E6%AF%9B%E6%B3%BD%E4%B8%9C",
		"https://www.linkedin.com/in/%F0%9F%9A%80ada":              "https://www.linkedin.com/in/%F0%9F%9A%80ada",
		"https://www.linkedin.com/in/%61da":                        ada,
		"https://www.linkedin.com/in/" + strings.Repeat("a", 200):  "https://www.linkedin.com/in/" + strings.Repeat("a", 200),
		"https://www.linkedin.com/in/" + strings.Repeat("a", 201):  "",
		"":                "",
		"n/a":             "",
		"ada":             "",
		"in/ada":          "",
		"/in/ada":         "",
		"@ada":            "",
		"I have none":     "",
		"ada@example.com": "",
		"LinkedIn: https://www.linkedin.com/in/ada":                "",
		"https://www.linkedin.com/in/ada lovelace":                 "",
		"https://www.linkedin.com/in/ada%20lovelace":               "",
		"https://www.linkedin.com/in/ada https://x.y":              "",
		"https://www.linkedin.com":                                 "",
		"https://www.linkedin.com/in/":                             "",
		"https://www.linkedin.com/in/?x=ada":                       "",
		"https://www.linkedin.com/in/..":                           "",
		"https://www.linkedin.com/in/---":                          "",
		"https://www.linkedin.com/in/me":                           "",
		"https://www.linkedin.com/in/%zz":                          "",
		"https://www.linkedin.com/in/%E9":                          "",
		"https://www.linkedin.com/in/ada%2Feve":                    "",
		"https://www.linkedin.com/in%2Fada":                        "",
		"https://www.linkedin.com/in/jos%25C3%25A9":                "",
		"https://www.linkedin.com/in/ada%00":                       "",
		"https://www.linkedin.com/in/%3Cscript%3E":                 "",
		"https://www.linkedin.com/in/%E2%80%AEada":                 "",
		"https://www.linkedin.com/company/acme":                    "",
		"https://www.linkedin.com/school/mit/":                     "",
		"https://www.linkedin.com/pub/ada-lovelace/1/2a/3b4":       "",
		"https://www.linkedin.com/sales/people/ACwAAA,NAME_SEARCH": "",
		"https://www.linkedin.com/sales/lead/ACwAAA":               "",
		"https://www.linkedin.com/talent/profile/ACwAAA":           "",
		"https://www.linkedin.com/feed/":                           "",
		"https://www.linkedin.com/x/in/ada":                        "",
		"https://www.linkedin.com.evil.com/in/ada":                 "",
		"https://linkedin.com.evil.com/in/ada":                     "",
		"https://evillinkedin.com/in/ada":                          "",
		"https://evil.com/linkedin.com/in/ada":                     "",
		"https://evil.com/in/ada":                                  "",
		"https://linkedin.com@evil.com/in/ada":                     "",
		"https://ada:pw@www.linkedin.com/in/ada":                   "",
		"https://www.linkedin.com:8443/in/ada":                     "",
		"https://business.linkedin.com/in/ada":                     "",
		"https://a.b.linkedin.com/in/ada":                          "",
		"https://lınkedin.com/in/ada":                              "",
		"https://www.linkedin.cn/in/ada":                           "",
		"https://lnkd.in/abc":                                      "",
		"https://github.com/ada":                                   "",
		"ftp://www.linkedin.com/in/ada":                            "",
		"javascript://www.linkedin.com/in/ada":                     "",
		"javascript:alert(1)":                                      "",
		`https:\\www.linkedin.com\in\ada`:                          "",
	} {
		t.Run(pasted, func(t *testing.T) {
			t.Parallel()
			got, ok := LinkedInProfile(pasted)
			assert.Equal(t, want, got)
			assert.Equal(t, want != "", ok)
		})
	}
}

func FuzzLinkedIn(f *testing.F) {
	f.Add("https://uk.linkedin.com/in/jos%C3%A9/en?x=1#y")
	f.Add("linkedin.com.evil.com/in/ada")
	f.Add("//linkedin.com/in/\u200dada'&+~")
	f.Fuzz(func(t *testing.T, pasted string) { checkLinkedIn(t, pasted) })
}

func TestLinkedInProfile_Properties(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		start := rapid.SampledFrom([]string{"", "https://", "http://www.", "//m.", "HTTPS://uk."}).Draw(t, "start")
		host := rapid.SampledFrom([]string{"linkedin.com/in/", "LinkedIn.com/IN/", "linkedin.com/", "evil.com/in/", ""}).Draw(t, "host")
		checkLinkedIn(t, start+host+awkward().Draw(t, "slug")+rapid.StringMatching(`[a-z%/?#&.-]{0,8}`).Draw(t, "rest"))
	})
}

var normalised = regexp.MustCompile(`^https://www\.linkedin\.com/in/[A-Za-z0-9_.~&+%-]+$`)

func checkLinkedIn(t require.TestingT, pasted string) {
	profile, ok := LinkedInProfile(pasted)
	if !ok {
		assert.Empty(t, profile)
		return
	}
	assert.Regexp(t, normalised, profile)
	again, ok := LinkedInProfile(profile)
	assert.True(t, ok)
	assert.Equal(t, profile, again, "normalising twice is normalising once")
	u, err := url.Parse(profile)
	require.NoError(t, err)
	assert.Equal(t, "www.linkedin.com", u.Host)
	assert.Contains(t, strings.ToLower(unwrapped(pasted)), "linkedin.com")
}

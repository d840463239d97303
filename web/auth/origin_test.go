package auth_test

import (
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/interviewing-io/greenhouse-export/web/auth"
)

func TestOrigin(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		peer    string
		headers []string
		want    string
	}{
		"Direct":                      {peer: "203.0.113.7:4711", want: "203.0.113.7"},
		"DirectAndPretending":         {peer: "203.0.113.7:4711", headers: []string{"10.0.0.9"}, want: "203.0.113.7"},
		"BehindAProxy":                {peer: "10.0.0.2:4711", headers: []string{"203.0.113.7"}, want: "203.0.113.7 via 10.0.0.2"},
		"BehindAProxyAndPretending":   {peer: "10.0.0.2:4711", headers: []string{"198.51.100.1, 203.0.113.7"}, want: "203.0.113.7 via 10.0.0.2"},
		"BehindTwoProxies":            {peer: "127.0.0.1:4711", headers: []string{"198.51.100.1", "203.0.113.7, 10.0.0.2"}, want: "203.0.113.7 via 127.0.0.1"},
		"WithinOurNetwork":            {peer: "127.0.0.1:4711", headers: []string{"10.1.2.3"}, want: "10.1.2.3 via 127.0.0.1"},
		"AProxyThatSaysNothing":       {peer: "127.0.0.1:4711", want: "127.0.0.1"},
		"AProxyThatSaysNonsense":      {peer: "127.0.0.1:4711", headers: []string{"203.0.113.7, <script>"}, want: "127.0.0.1"},
		"WithPortAndVersionSix":       {peer: "[::1]:4711", headers: []string{"[2001:db8::7]:5000"}, want: "2001:db8::7 via ::1"},
		"VersionFourWrittenAsSix":     {peer: "[::ffff:203.0.113.7]:4711", want: "203.0.113.7"},
		"WhatHasNoAddressAtAll":       {peer: "@", want: "@"},
		"OnlyAPrivateAddressIsOurs":   {peer: "203.0.113.1:4711", headers: []string{"203.0.113.7"}, want: "203.0.113.1"},
		"AnAddressThatOnlyLooksLocal": {peer: "10.0.0.2:4711", headers: []string{"10.0.0.5, 192.0.2.1, 10.0.0.3"}, want: "192.0.2.1 via 10.0.0.2"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := httptest.NewRequest("GET", "/", nil)
			r.RemoteAddr = c.peer
			r.Header["X-Forwarded-For"] = c.headers
			assert.Equal(t, c.want, auth.Origin(r))
		})
	}
}

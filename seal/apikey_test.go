package seal_test

import (
	"encoding/base64"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/seal"
)

func TestCleanAPIKey(t *testing.T) {
	t.Parallel()
	for name, pasted := range map[string]string{
		"Plain":        secretKey,
		"Newline":      secretKey + "\r\n",
		"Spaces":       " \t" + secretKey + "\u00a0",
		"ByteOrder":    "\ufeff" + secretKey,
		"ZeroWidth":    "\u200b" + secretKey + "\u200d\u2060 ",
		"BidiMarks":    "\u202a" + secretKey + "\u202c",
		"MixedAround":  "\n\u200b \n" + secretKey + "\n\u200b \n",
		"ManyNewlines": "\n\n" + secretKey + "\n\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			key, err := seal.CleanAPIKey(pasted)
			require.NoError(t, err)
			assert.Equal(t, secretKey, key)
		})
	}
}

func TestCleanAPIKey_Refuses(t *testing.T) {
	t.Parallel()
	encode := func(e *base64.Encoding, s string) string { return e.EncodeToString([]byte(s)) }
	for name, c := range map[string]struct{ pasted, want string }{
		"Empty":              {"", "is empty"},
		"OnlySpace":          {" \n\u200b", "is empty"},
		"InnerSpace":         {secretKey + " " + secretKey, "white space inside"},
		"InnerNewline":       {"0f1e2d3c\n" + secretKey, "white space inside"},
		"InnerZeroWidth":     {"0f1e2d3c\u200b" + secretKey, "non-ASCII"},
		"Control":            {"0f1e\x002d3c" + secretKey, "non-ASCII"},
		"Delete":             {"0f1e\x7f2d3c" + secretKey, "non-ASCII"},
		"NonASCII":           {"ö" + secretKey, "non-ASCII"},
		"NotUTF8":            {"\xff" + secretKey, "non-ASCII"},
		"Base64":             {encode(base64.StdEncoding, secretKey+":"), "already base64"},
		"Base64OneLonger":    {encode(base64.StdEncoding, secretKey+"2:"), "already base64"},
		"Base64TwoLonger":    {encode(base64.StdEncoding, secretKey+"23:"), "already base64"},
		"Base64Unpadded":     {encode(base64.RawStdEncoding, secretKey+":"), "already base64"},
		"Base64URL":          {encode(base64.URLEncoding, "~~~???"+secretKey+":"), "already base64"},
		"BasicHeader":        {"Basic " + encode(base64.StdEncoding, secretKey+":"), "Authorization header"},
		"BasicHeaderLower":   {"basic  " + secretKey, "Authorization header"},
		"AuthorizationValue": {"Authorization: Basic " + secretKey, "Authorization header"},
		"TrailingColon":      {secretKey + ":", "colon"},
		"UserAndPassword":    {"key:" + secretKey, "colon"},
		"HarvestToken":       {"eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl", "Harvest v3 (an access token): what is needed"},
		"HarvestClient":      {"client_id=" + secretKey, "Harvest v3 (an OAuth client)"},
		"Bearer":             {"Bearer" + secretKey, "an access token"},
		"Harvest":            {"my-Harvest-key", "a credential of Harvest"},
		"Address":            {"https://app.greenhouse.io/configure/dev_center", "an address"},
		"Email":              {"lee@acme.example", "an email address"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			key, err := seal.CleanAPIKey(c.pasted)
			require.ErrorContains(t, err, c.want)
			assert.Empty(t, key)
			assert.NotContains(t, err.Error(), secretKey[:8])
		})
	}
}

func TestLast5(t *testing.T) {
	t.Parallel()
	assert.Equal(t, "e1f0-1"[1:], seal.Last5(secretKey))
	assert.Empty(t, seal.Last5("123456789"), "five of nine would be half of it")
	assert.Empty(t, seal.Last5(""))
}

package web_test

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/stretchr/testify/require"
)

const (
	clientID     = "ghexport"
	clientSecret = "the client's secret"
)

// idp is a provider of OpenID Connect that speaks the protocol: discovery, keys, the authorization code flow with PKCE, RS256. Whoever
// is sent to it is logged in there already. Its fields say who that is, and what it does wrong.
type idp struct {
	t      *testing.T
	server *httptest.Server
	now    func() time.Time
	key    *rsa.PrivateKey

	mu     sync.Mutex
	claims map[string]any              // of whoever is logged in there
	tamper func(map[string]any)        // changes an ID token's claims before they are signed
	sign   func(payload []byte) string // signs otherwise
	answer func(url.Values)            // changes what it sends back by the browser
	inForm bool                        // it takes the client's secret in the form alone
	away   bool
	codes  map[string]url.Values // not redeemed yet, by what they were asked for with
	asked  int                   // requests for tokens
}

func newIDP(t *testing.T, now func() time.Time) *idp {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	p := &idp{t: t, now: now, key: key, codes: map[string]url.Values{}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /.well-known/openid-configuration", p.discovery)
	mux.HandleFunc("GET /keys", p.keys)
	mux.HandleFunc("GET /authorize", p.authorize)
	mux.HandleFunc("POST /token", p.token)
	p.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.mu.Lock()
		defer p.mu.Unlock()
		if p.away {
			http.Error(w, "out for lunch", http.StatusBadGateway)
			return
		}
		mux.ServeHTTP(w, r)
	}))
	t.Cleanup(p.server.Close)
	return p
}

// set changes the provider between two requests.
func (p *idp) set(change func(*idp)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	change(p)
}

func (p *idp) json(w http.ResponseWriter, status int, document any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(document) //nolint:errcheck // the asker is in this process
}

func (p *idp) discovery(w http.ResponseWriter, _ *http.Request) {
	methods := []string{"client_secret_basic"}
	if p.inForm {
		methods = []string{"client_secret_post"}
	}
	p.json(w, http.StatusOK, map[string]any{
		"issuer": p.server.URL, "authorization_endpoint": p.server.URL + "/authorize", "token_endpoint": p.server.URL + "/token",
		"jwks_uri": p.server.URL + "/keys", "response_types_supported": []string{"code"}, "subject_types_supported": []string{"public"},
		"id_token_signing_alg_values_supported": []string{"RS256", "none", "HS256"}, "token_endpoint_auth_methods_supported": methods,
	})
}

func (p *idp) keys(w http.ResponseWriter, _ *http.Request) {
	p.json(w, http.StatusOK, jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: &p.key.PublicKey, KeyID: "k1", Algorithm: "RS256", Use: "sig"}}})
}

func (p *idp) authorize(w http.ResponseWriter, r *http.Request) {
	asked := r.URL.Query()
	switch {
	case asked.Get("client_id") != clientID, asked.Get("response_type") != "code", asked.Get("code_challenge_method") != "S256",
		!strings.Contains(" "+asked.Get("scope")+" ", " openid "), asked.Get("state") == "", asked.Get("nonce") == "":
		http.Error(w, "bad request", http.StatusBadRequest)
		return
	}
	code := rand.Text()
	p.codes[code] = asked
	back := url.Values{"code": {code}, "state": {asked.Get("state")}, "iss": {p.server.URL}}
	if p.answer != nil {
		p.answer(back)
	}
	http.Redirect(w, r, asked.Get("redirect_uri")+"?"+back.Encode(), http.StatusFound)
}

// token redeems a code once, for who asked for it.
func (p *idp) token(w http.ResponseWriter, r *http.Request) {
	p.asked++
	id, secret, basic := r.BasicAuth()
	if p.inForm {
		id, secret, basic = r.PostFormValue("client_id"), r.PostFormValue("client_secret"), !basic
	} else {
		id, _ = url.QueryUnescape(id)
		secret, _ = url.QueryUnescape(secret)
	}
	asked, known := p.codes[r.PostFormValue("code")]
	delete(p.codes, r.PostFormValue("code"))
	challenge := sha256.Sum256([]byte(r.PostFormValue("code_verifier")))
	switch {
	case !basic || id != clientID || secret != clientSecret:
		p.json(w, http.StatusUnauthorized, map[string]string{"error": "invalid_client"})
	case !known || r.PostFormValue("grant_type") != "authorization_code" || r.PostFormValue("redirect_uri") != asked.Get("redirect_uri") ||
		base64.RawURLEncoding.EncodeToString(challenge[:]) != asked.Get("code_challenge"):
		p.json(w, http.StatusBadRequest, map[string]string{"error": "invalid_grant"})
	default:
		p.json(w, http.StatusOK, map[string]any{
			"access_token": "opaque", "token_type": "Bearer", "expires_in": 300, "id_token": p.idToken(asked.Get("nonce")),
		})
	}
}

func (p *idp) idToken(nonce string) string {
	said := map[string]any{
		"iss": p.server.URL, "aud": clientID, "sub": "subject-7", "nonce": nonce,
		"iat": p.now().Unix(), "exp": p.now().Add(5 * time.Minute).Unix(),
	}
	maps.Copy(said, p.claims)
	if p.tamper != nil {
		p.tamper(said)
	}
	payload, err := json.Marshal(said)
	require.NoError(p.t, err)
	if p.sign != nil {
		return p.sign(payload)
	}
	return p.signWith(jose.RS256, p.key, payload)
}

func (p *idp) signWith(alg jose.SignatureAlgorithm, key any, payload []byte) string {
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: alg, Key: key}, (&jose.SignerOptions{}).WithHeader("kid", "k1"))
	require.NoError(p.t, err)
	signed, err := signer.Sign(payload)
	require.NoError(p.t, err)
	compact, err := signed.CompactSerialize()
	require.NoError(p.t, err)
	return compact
}

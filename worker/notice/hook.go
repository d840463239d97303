package notice

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/interviewing-io/greenhouse-export/store/notices"
	"github.com/interviewing-io/greenhouse-export/store/query"
)

const (
	hookLimit     = 15 * time.Second // one request
	hookSecretMin = 24               // bytes, as the specification of Standard Webhooks wants them
)

// Hook tells the product by HTTP, signed as Standard Webhooks are. Safe for use by many goroutines.
type Hook struct {
	url     string
	signers []*standardwebhooks.Webhook
	client  *http.Client
	agent   string
}

// ParseHook takes the product's address and the secret that it shares: whsec_ and base64. While a secret is changed there may be several,
// separated by spaces; each signs. The address is https, but for one on this very machine, or anywhere when plain is allowed. The
// errors hold nothing of the secret.
func ParseHook(address, secrets, agent string, plain bool) (*Hook, error) {
	u, err := url.Parse(address)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || u.User != nil || u.Fragment != "":
		return nil, errors.New("GHEXPORT_WEBHOOK_URL: it is not an address such as https://product.example.com/hooks/greenhouse")
	case u.Scheme == "http" && !plain && !loopback(u.Hostname()):
		return nil, errors.New("GHEXPORT_WEBHOOK_URL: it must be https, but for a loopback address")
	}
	h := &Hook{url: address, agent: agent, client: &http.Client{
		Timeout:       hookLimit,
		Transport:     &http.Transport{Proxy: http.ProxyFromEnvironment, ForceAttemptHTTP2: true, IdleConnTimeout: hookLimit},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
	for _, secret := range strings.Fields(secrets) {
		coded, prefixed := strings.CutPrefix(secret, "whsec_")
		raw, err := base64.StdEncoding.DecodeString(coded)
		if !prefixed || err != nil || len(raw) < hookSecretMin {
			return nil, fmt.Errorf("GHEXPORT_WEBHOOK_SECRET: it is not whsec_ and base64 of at least %d bytes", hookSecretMin)
		}
		signer, err := standardwebhooks.NewWebhookRaw(raw)
		if err != nil {
			return nil, errors.New("GHEXPORT_WEBHOOK_SECRET: it cannot be used")
		}
		h.signers = append(h.signers, signer)
	}
	if len(h.signers) == 0 {
		return nil, errors.New("GHEXPORT_WEBHOOK_SECRET: not set, and GHEXPORT_WEBHOOK_URL is told nothing unsigned")
	}
	return h, nil
}

// event holds what the product is told, in the form that Standard Webhooks advise. Fields may be added; none changes its meaning.
type event struct {
	Type      string    `json:"type"`
	Timestamp time.Time `json:"timestamp"` // when the notice was written
	Data      data      `json:"data"`
}

type data struct {
	OrgID     *string   `json:"org_id"` // null for what concerns several companies
	Cause     *string   `json:"cause"`
	Since     time.Time `json:"since"`
	Days      int       `json:"days"`
	Waiting   int64     `json:"waiting"`
	Unknown   int64     `json:"unknown"`
	Duplicate int64     `json:"duplicate"`
	Companies []string  `json:"companies,omitempty"`
	Link      *string   `json:"link"`

	Changes []query.Change `json:"changes,omitempty"` // as the feed has them
}

// payload is the same in every attempt.
func payload(n notices.Notice, public string) ([]byte, error) {
	about := "service."
	if n.Kind.ForCompany() {
		about = "company."
	}
	return json.Marshal(event{Type: about + string(n.Kind), Timestamp: n.CreatedAt.UTC(), Data: data{
		OrgID: optional(n.OrgID), Cause: optional(string(n.Cause)), Since: n.Since.UTC(), Days: n.Days,
		Waiting: n.Waiting, Unknown: n.Unknown, Duplicate: n.Duplicate, Companies: n.Companies, Link: optional(link(n, public)),
		Changes: n.Changes,
	}})
}

// Send posts one notice under an id that is the same in every attempt. Any 2xx takes it. It returns a [*RefusedError] where it was not
// taken, or nothing is known; only 410 is for good.
func (h *Hook) Send(ctx context.Context, id string, n notices.Notice, public string, now time.Time) error {
	body, err := payload(n, public)
	if err != nil {
		return &RefusedError{Permanent: true, Says: "the notice cannot be written as JSON"}
	}
	var signatures []string
	for _, signer := range h.signers {
		signature, err := signer.Sign(id, now, body)
		if err != nil {
			return &RefusedError{Says: "the notice cannot be signed"}
		}
		signatures = append(signatures, signature)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, h.url, bytes.NewReader(body))
	if err != nil {
		return &RefusedError{Says: "the webhook's address cannot be used"}
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", h.agent)
	req.Header.Set(standardwebhooks.HeaderWebhookID, id)
	req.Header.Set(standardwebhooks.HeaderWebhookTimestamp, fmt.Sprint(now.Unix()))
	req.Header.Set(standardwebhooks.HeaderWebhookSignature, strings.Join(signatures, " "))
	res, err := h.client.Do(req)
	if err != nil {
		var wrapped *url.Error
		if errors.As(err, &wrapped) { // it repeats the address, in which there may be a secret
			err = wrapped.Err
		}
		return &RefusedError{Says: "no answer: " + err.Error()}
	}
	defer res.Body.Close()
	io.CopyN(io.Discard, res.Body, 64<<10) //nolint:errcheck // only so that the connection can be used again
	if res.StatusCode/100 == 2 {
		return nil
	}
	return &RefusedError{Permanent: res.StatusCode == http.StatusGone, Code: res.StatusCode, Says: res.Status}
}

// CloseIdleConnections ends connections that nothing uses.
func (h *Hook) CloseIdleConnections() { h.client.CloseIdleConnections() }

func optional(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

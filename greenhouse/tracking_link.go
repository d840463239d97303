package greenhouse

import (
	"context"
	"errors"
	"net/http"
)

// TrackingLink credits applications that come through it to us and to the user who made it.
type TrackingLink struct {
	URL      string
	Job      string
	Source   string // our name at Greenhouse
	Referrer string // the user's name
}

// TrackingLink makes a link for a job. Basic users may not:
// https://developers.greenhouse.io/candidate-ingestion.html#post-tracking-link
func (c *Client) TrackingLink(ctx context.Context, cred Credential, jobID int64) (*TrackingLink, Answer, error) {
	send := struct {
		JobID int64 `json:"job_id"`
	}{jobID}
	return do(ctx, c, cred, call{op: OpTrackingLink, method: http.MethodPost, path: "tracking_link", send: send}, decodeTrackingLink)
}

func decodeTrackingLink(body []byte) (*TrackingLink, error) {
	got, err := object[struct {
		URL      looseText `json:"tracking_link"`
		Job      looseText `json:"job"`
		Source   looseText `json:"source"`
		Referrer looseText `json:"referrer"`
	}](body)
	if err != nil {
		return nil, err
	}
	if link(got.URL) == "" {
		return nil, &contentError{errors.New("no link")}
	}
	return &TrackingLink{link(got.URL), string(got.Job), string(got.Source), string(got.Referrer)}, nil
}

package greenhouse

import (
	"context"
	"errors"
	"net/http"
)

// Job is an open job that the user may see.
type Job struct {
	ID     int64
	Name   string
	Status string // "open"
	Public bool   // live on the job board
}

// Jobs lists the open jobs that the user may see; there is no paging:
// https://developers.greenhouse.io/candidate-ingestion.html#retrieve-jobs
func (c *Client) Jobs(ctx context.Context, cred Credential) ([]Job, Answer, error) {
	return do(ctx, c, cred, call{op: OpJobs, method: http.MethodGet, path: "jobs", limit: maxList}, decodeJobs)
}

func decodeJobs(body []byte) ([]Job, error) {
	got, err := objects[struct {
		ID     looseID   `json:"id"`
		Name   looseText `json:"name"`
		Status looseText `json:"status"`
		Public bool      `json:"public"`
	}](body)
	if err != nil {
		return nil, err
	}
	list := make([]Job, 0, len(got))
	for _, j := range got {
		if j.ID == 0 {
			return nil, &contentError{errors.New("no job id")}
		}
		list = append(list, Job{int64(j.ID), string(j.Name), string(j.Status), j.Public})
	}
	return list, nil
}

package greenhouse

import (
	"context"
	"errors"
	"net/http"
)

// ProspectPool is a named collection of people without a job, worked through in stages.
type ProspectPool struct {
	ID     int64
	Name   string
	Stages []ProspectPoolStage
}

// ProspectPoolStage is one step of its pool.
type ProspectPoolStage struct {
	ID   int64
	Name string
}

// ProspectPools lists the company's pools:
// https://developers.greenhouse.io/candidate-ingestion.html#retrieve-prospect-pools
func (c *Client) ProspectPools(ctx context.Context, cred Credential) ([]ProspectPool, Answer, error) {
	return do(ctx, c, cred, call{op: OpProspectPools, method: http.MethodGet, path: "prospect_pools", limit: maxList}, decodePools)
}

func decodePools(body []byte) ([]ProspectPool, error) {
	type named struct {
		ID   looseID   `json:"id"`
		Name looseText `json:"name"`
	}
	got, err := objects[struct {
		named
		Stages []named `json:"stages"`
	}](body)
	if err != nil {
		return nil, err
	}
	list := make([]ProspectPool, 0, len(got))
	for _, p := range got {
		if p.ID == 0 {
			return nil, &contentError{errors.New("no pool id")}
		}
		pool := ProspectPool{ID: int64(p.ID), Name: string(p.Name)}
		for _, s := range p.Stages {
			pool.Stages = append(pool.Stages, ProspectPoolStage{int64(s.ID), string(s.Name)})
		}
		list = append(list, pool)
	}
	return list, nil
}

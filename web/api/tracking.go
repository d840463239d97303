package api

import (
	"net/http"

	"github.com/interviewing-io/greenhouse-export/store/query"
	"github.com/interviewing-io/greenhouse-export/wording"
)

// tracking holds what became of a company's candidates.
type tracking struct {
	query.Tracking
	Trouble string             `json:"trouble,omitempty"` // why nothing is known, in a sentence
	Stages  []query.TrackStage `json:"stages"`
}

// Tracking answers what became of a company's sent candidates, summed up and by stage.
func (a *API) Tracking(w http.ResponseWriter, r *http.Request) {
	org := r.PathValue("org")
	sums, err := query.In(a.Store).Trackings(r.Context(), org)
	if err != nil {
		a.fail(w, r, err)
		return
	}
	out := tracking{Tracking: query.Tracking{OrgID: org}, Stages: []query.TrackStage{}}
	if len(sums) > 0 {
		out.Tracking = sums[0]
		stages, err := query.In(a.Store).TrackStages(r.Context(), org)
		if err != nil {
			a.fail(w, r, err)
			return
		}
		out.Stages = append(out.Stages, stages...)
	}
	refused := 0
	if out.Refused != nil {
		refused = *out.Refused
	}
	out.Trouble = wording.TrackingTrouble(out.Blind(), out.Missing, refused)
	answer(w, http.StatusOK, out)
}

package web

import (
	"encoding/json"
	"net/http"
	"strconv"

	"github.com/interviewing-io/greenhouse-export/store/query"
	"github.com/interviewing-io/greenhouse-export/wording"
)

// riverRow holds what a row of River UI lacks: whose job it is, and how its export stands. No word of it is about a candidate.
type riverRow struct {
	Export int64  `json:"export"`
	Org    string `json:"org"`
	State  string `json:"state"`
	Why    string `json:"why"` // empty where there is no cause
}

// riverRowsMost sets how many jobs one question names: River UI lists a hundred at most.
const riverRowsMost = 200

// riverRows tells the bar over River UI what to write beside its rows.
func (k *console) riverRows(w http.ResponseWriter, r *http.Request) {
	ids := []int64{}
	for _, text := range r.URL.Query()["job"] {
		id, err := strconv.ParseInt(text, 10, 64)
		if err != nil || len(ids) == riverRowsMost {
			k.refuse(w, r, http.StatusBadRequest, "Those are no numbers of River jobs, or too many.")
			return
		}
		ids = append(ids, id)
	}
	exports, err := query.In(k.Store).JobExports(r.Context(), ids)
	if err != nil {
		k.broken(w, r, err)
		return
	}
	rows := map[int64]riverRow{}
	for job, e := range exports {
		row := riverRow{Export: e.ID, Org: e.Org, State: stateWord(e.State)}
		if e.Cause != nil {
			row.Why = wording.Cause(*e.Cause)
		}
		rows[job] = row
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	json.NewEncoder(w).Encode(rows) //nolint:errcheck // nobody is left to tell
}

package web

import (
	"context"
	"encoding/csv"
	"errors"
	"net/http"

	"github.com/interviewing-io/greenhouse-export/store/query"
)

// trackingCSV streams what the page's address selects.
func (k *console) trackingCSV(w http.ResponseWriter, r *http.Request) {
	f, err := trackFilter(r)
	if err != nil {
		k.wrongFilter(w, r, err)
		return
	}
	f.Limit = trackedPage
	k.download(w, r, "tracking.csv", func(out *csv.Writer) error { return k.streamTracking(r.Context(), out, f) })
}

func (k *console) streamTracking(ctx context.Context, out *csv.Writer, f query.TrackFilter) error {
	err := out.Write([]string{
		"export", "company", "interview", "greenhouse_candidate", "profile", "status", "stage", "job", "sent", "seen", "since", "first_move_s",
		"left_out_since", "gone",
	})
	for n := 0; err == nil && n < csvRows; {
		rows, failed := query.In(k.Store).Tracks(ctx, f)
		if failed != nil {
			return failed
		}
		for _, t := range rows {
			err = errors.Join(err, out.Write(trackCells(t)))
		}
		out.Flush()
		if n += len(rows); len(rows) < f.Limit {
			break
		}
		f.BeforeID = rows[len(rows)-1].ExportID
	}
	return err
}

func trackCells(t query.TrackRow) []string {
	first := ""
	if t.FirstMovedAt != nil {
		first = digits(int64(t.FirstMovedAt.Sub(t.SentAt).Seconds()))
	}
	cells := []string{
		digits(t.ExportID), t.OrgID, t.InterviewID, digits(t.Candidate), written(t.ProfileURL, asIs), string(t.Status), written(t.Stage, asIs),
		written(t.Job, asIs), rfc(t.SentAt), written(t.SeenAt, rfc), written(t.MovedAt, rfc), first, written(t.MissingSince, rfc), string(t.Gone),
	}
	return formulasSafe(cells)
}

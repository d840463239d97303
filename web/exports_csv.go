package web

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/store/query"
	"github.com/interviewing-io/greenhouse-export/store/search"
	"github.com/interviewing-io/greenhouse-export/web/auth"
	"github.com/interviewing-io/greenhouse-export/wording"
)

const csvFlush = 1000 // rows

var csvHead = []string{
	"export", "company", "interview", "candidate", "state", "cause", "because", "detail", "flags", "attempts", "greenhouse_candidate",
	"greenhouse_application", "profile", "arrived", "due", "sent", "held",
}

func (k *console) exportsCSV(w http.ResponseWriter, r *http.Request) { k.writeCSV(w, r, "") }

func (k *console) companyCSV(w http.ResponseWriter, r *http.Request) {
	k.writeCSV(w, r, r.PathValue("org"))
}

// writeCSV streams what the list's address selects, without personal data.
func (k *console) writeCSV(w http.ResponseWriter, r *http.Request, org string) {
	form, err := readFilter(r.URL.Query(), org)
	if err != nil {
		k.wrongFilter(w, r, err)
		return
	}
	filter, err := k.selected(r, &exportsPage{Filter: form, People: mayFindPeople(r)})
	if err != nil {
		k.wrongFilter(w, r, err)
		return
	}
	if p := auth.Who(r); p.Role == auth.RoleCompany { // the ids of its candidates leave the console
		if err := search.In(k.Store).RecordList(r.Context(), p.Org, "file", nil, auth.By(r, "")); err != nil {
			k.broken(w, r, err)
			return
		}
	}
	filter.Limit = csvRows + 1
	k.download(w, r, "exports.csv", func(out *csv.Writer) error { return k.streamCSV(r.Context(), out, filter) })
}

var errEnough = errors.New("enough")

func (k *console) streamCSV(ctx context.Context, out *csv.Writer, filter store.Filter) error {
	if err := out.Write(csvHead); err != nil {
		return err
	}
	n := 0
	err := query.In(k.Store).ExportsEach(ctx, filter, func(row query.ExportRow) error {
		if n++; n > csvRows {
			return errEnough
		}
		if n%csvFlush == 0 {
			out.Flush()
		}
		return out.Write(csvLine(row))
	})
	if errors.Is(err, errEnough) {
		return out.Write([]string{fmt.Sprintf("cut after %d rows: choose a company, a state or a date", csvRows)})
	}
	return err
}

func csvLine(e query.ExportRow) []string {
	cause := e.Cause
	if e.Held != nil {
		cause = e.Held
	}
	return formulasSafe([]string{
		strconv.FormatInt(e.ID, 10), e.OrgID, e.InterviewID, e.CandidateID, string(e.State), written(cause, func(c ledger.Cause) string { return string(c) }),
		written(cause, wording.Cause), written(e.Detail, asIs), strings.Join(e.Flags, " "), strconv.Itoa(e.Attempts), written(e.CandidateGHID, digits),
		written(e.ApplicationID, digits), written(e.ProfileURL, asIs), rfc(e.CreatedAt), written(e.DueAt, rfc), written(e.SentAt, rfc), written(e.Held, wording.Cause),
	})
}

// written is a value as text, or nothing where there is none.
func written[T any](value *T, as func(T) string) string {
	if value == nil {
		return ""
	}
	return as(*value)
}

func asIs(text string) string { return text }

func digits(n int64) string { return strconv.FormatInt(n, 10) }

func rfc(t time.Time) string { return t.UTC().Format(time.RFC3339) }

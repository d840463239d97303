package web

import (
	"encoding/csv"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/interviewing-io/greenhouse-export/store/query"
	"github.com/interviewing-io/greenhouse-export/web/auth"
)

// The bounds of a download of acts.
var auditHead = []string{"at", "who", "from", "did", "company", "export", "because", "changes"}

func (k *console) auditCSV(w http.ResponseWriter, r *http.Request) { k.downloadAudit(w, r, "") }

func (k *console) companyAuditCSV(w http.ResponseWriter, r *http.Request) {
	k.downloadAudit(w, r, r.PathValue("org"))
}

// downloadAudit streams what the page's address selects, as the page would show it.
func (k *console) downloadAudit(w http.ResponseWriter, r *http.Request, org string) {
	_, filter, err := readAudit(r.URL.Query(), org)
	if err != nil {
		k.refuse(w, r, http.StatusBadRequest, err.Error())
		return
	}
	k.download(w, r, "activity.csv", func(out *csv.Writer) error { return k.streamAudit(r, out, filter, org) })
}

func (k *console) streamAudit(r *http.Request, out *csv.Writer, filter query.AuditFilter, org string) error {
	company := auth.Who(r).Role == auth.RoleCompany
	err := out.Write(auditHead)
	for n := 0; err == nil; {
		var entries []query.AuditEntry
		if entries, err = query.In(k.Store).AuditTrail(r.Context(), filter); err != nil || len(entries) == 0 {
			break
		}
		for _, e := range entries {
			err = errors.Join(err, out.Write(lineOf(e, company, org).cells()))
		}
		if n += len(entries); n >= csvRows {
			err = errors.Join(err, out.Write([]string{fmt.Sprintf("cut after %d rows: choose a company, an act or a date", n)}))
			break
		}
		out.Flush()
		filter.AfterID = entries[len(entries)-1].ID
	}
	return err
}

func (l auditLine) cells() []string {
	export := ""
	if l.Export != 0 {
		export = strconv.FormatInt(l.Export, 10)
	}
	var changed []string
	for _, c := range l.Changes {
		changed = append(changed, c.String())
	}
	cells := []string{l.At.UTC().Format(time.RFC3339), l.Who, l.From, l.Did, l.Org, export, l.Why, strings.Join(changed, "; ")}
	return formulasSafe(cells)
}

// String is the change in one line.
func (c auditChange) String() string {
	if c.Before == "" {
		return c.Name + ": " + c.After
	}
	return c.Name + ": " + c.Before + " → " + c.After
}

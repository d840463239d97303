package web

import (
	"encoding/csv"
	"errors"
	"net/http"
	"strings"
	"time"

	"go.uber.org/zap"
)

// The bounds of a download.
const (
	csvRows    = 100000
	csvTimeout = 2 * time.Minute
)

// download sends what stream writes as a file of that name. One that fails on the way is broken off, so that nobody takes half of it for
// the whole.
func (k *console) download(w http.ResponseWriter, r *http.Request, name string, stream func(*csv.Writer) error) {
	http.NewResponseController(w).SetWriteDeadline(time.Now().Add(csvTimeout)) //nolint:errcheck // then the server's own limit holds
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="`+name+`"`)
	out := csv.NewWriter(w)
	err := stream(out)
	out.Flush()
	if err := errors.Join(err, out.Error()); err != nil {
		if r.Context().Err() == nil {
			k.Log.Error("download broken off", zap.Error(err))
		}
		panic(http.ErrAbortHandler)
	}
}

// formulaSafe keeps a spreadsheet from running a cell, which others wrote, as a formula: see OWASP on CSV injection.
func formulaSafe(cell string) string {
	if cell != "" && strings.ContainsAny(cell[:1], "=+-@\t\r\n") || strings.HasPrefix(cell, "＝") || strings.HasPrefix(cell, "＋") ||
		strings.HasPrefix(cell, "－") || strings.HasPrefix(cell, "＠") {
		return "'" + cell
	}
	return cell
}

// formulasSafe makes every cell of a line safe.
func formulasSafe(cells []string) []string {
	for i := range cells {
		cells[i] = formulaSafe(cells[i])
	}
	return cells
}

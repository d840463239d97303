package web

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"go.uber.org/zap"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/store/riverqueue"
	"github.com/interviewing-io/greenhouse-export/web/auth"
)

const (
	riverPrefix = "/river"
	assetsAge   = "private, max-age=86400"
)

// riverRoutes put River UI behind the login. It has neither login, roles nor protection of its own, so every write that it knows is
// named here, and whatever else is no read never reaches it.
func (k *console) riverRoutes() []route {
	if k.RiverUI == nil {
		return nil
	}
	return []route{
		allow(staff, "GET "+riverPrefix, http.RedirectHandler(riverPrefix+"/", http.StatusSeeOther).ServeHTTP),
		allow(staff, "GET "+riverPrefix+"/", k.riverRead),
		allow(staff, "GET /river-help", k.riverHelp),
		allow(staff, "GET /river-job/{job}", k.riverJob),
		allow(staff, "GET /river-rows", k.riverRows),
		allow(operators, "POST "+riverPrefix+"/api/jobs/retry", k.riverJobs),
		allow(operators, "POST "+riverPrefix+"/api/jobs/cancel", k.riverJobs),
		allow(operators, "POST "+riverPrefix+"/api/jobs/delete", k.riverJobs),
		allow(operators, "PUT "+riverPrefix+"/api/queues/{name}/pause", k.riverQueue),
		allow(operators, "PUT "+riverPrefix+"/api/queues/{name}/resume", k.riverQueue),
		allow(operators, "PATCH "+riverPrefix+"/api/queues/{name}", k.riverQueue),
		allow(operators, riverPrefix+"/", k.riverNothing),
	}
}

func (k *console) riverNothing(w http.ResponseWriter, r *http.Request) {
	k.refuse(w, r, http.StatusMethodNotAllowed, "River UI has no such action.")
}

func (k *console) riverRead(w http.ResponseWriter, r *http.Request) {
	if strings.HasPrefix(r.URL.Path, riverPrefix+"/assets/") { // named by their hashes, and the same for everybody
		w.Header().Set("Cache-Control", assetsAge)
	}
	if strings.HasPrefix(r.URL.Path, riverPrefix+"/assets/") || strings.HasPrefix(r.URL.Path, riverPrefix+"/api/") {
		k.RiverUI.ServeHTTP(w, r)
		return
	}
	k.riverPage(w, r)
}

// riverJobs lets through what changes no export's fate. Cancel and Delete of an export's job would leave the ledger as it is, so
// whoever presses them wants something that only a command does.
func (k *console) riverJobs(w http.ResponseWriter, r *http.Request) {
	jobs, err := jobIDs(r)
	if err != nil {
		k.refuse(w, r, http.StatusBadRequest, err.Error())
		return
	}
	exports, err := riverqueue.In(k.Store).ExportJobs(r.Context(), jobs)
	if err != nil {
		k.broken(w, r, err)
		return
	}
	action := strings.TrimPrefix(r.URL.Path, riverPrefix+"/api/jobs/")
	switch {
	case action == "retry":
		k.riverRetry(w, r, jobs, exports)
	case len(exports) > 0:
		k.refuse(w, r, http.StatusConflict, useTheLedger(action, exports))
	default:
		k.riverDo(w, r, action, jobs)
	}
}

// riverDo leaves a trace of what is done to jobs, and passes it on.
func (k *console) riverDo(w http.ResponseWriter, r *http.Request, action string, jobs []int64) {
	if err := riverqueue.In(k.Store).AuditJobs(r.Context(), k.byRiver(r), ledger.Action("river."+action), jobs); err != nil {
		k.broken(w, r, err) // what leaves no trace is not done
		return
	}
	if err := naming(r, jobs); err != nil {
		k.broken(w, r, err)
		return
	}
	k.pass(w, r, zap.String("action", action), zap.Int64s("jobs", jobs))
}

func (k *console) riverQueue(w http.ResponseWriter, r *http.Request) {
	action := "update"
	if r.Method == http.MethodPut {
		action = r.URL.Path[strings.LastIndexByte(r.URL.Path, '/')+1:]
	}
	queue := r.PathValue("name")
	if err := riverqueue.In(k.Store).AuditQueue(r.Context(), k.byRiver(r), ledger.Action("river."+action), queue); err != nil {
		k.broken(w, r, err)
		return
	}
	k.pass(w, r, zap.String("action", action), zap.String("queue", queue))
}

func (k *console) byRiver(r *http.Request) store.By {
	return auth.By(r, "pressed in River UI")
}

func (k *console) pass(w http.ResponseWriter, r *http.Request, what ...zap.Field) {
	k.Log.Info("river action", append([]zap.Field{zap.String("user", auth.Who(r).Actor())}, what...)...)
	k.RiverUI.ServeHTTP(w, r)
}

// jobIDs reads the ids that a request names, as numbers or as strings of digits.
func jobIDs(r *http.Request) ([]int64, error) {
	text, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, fmt.Errorf("read the request: %w", err)
	}
	var body struct {
		IDs []json.RawMessage `json:"ids"`
	}
	if err := json.Unmarshal(text, &body); err != nil {
		return nil, fmt.Errorf(`the request must be {"ids": [...]}`)
	}
	ids := []int64{}
	for _, raw := range body.IDs {
		id, err := strconv.ParseInt(strings.Trim(string(raw), `"`), 10, 64)
		if err != nil {
			return nil, fmt.Errorf("ids must be whole numbers")
		}
		ids = append(ids, id)
	}
	return ids, nil
}

// naming writes a request's body anew: what River UI reads is what was checked, whatever else the body said.
func naming(r *http.Request, jobs []int64) error {
	body, err := json.Marshal(map[string][]int64{"ids": jobs})
	if err != nil {
		return fmt.Errorf("write the request anew: %w", err)
	}
	r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	return nil
}

// namedExports sets how many exports one refusal names.
const namedExports = 20

// useTheLedger says what to do instead of cancelling or deleting the jobs of these exports.
func useTheLedger(action string, exports map[int64]int64) string {
	ids := slices.Compact(slices.Sorted(maps.Values(exports)))
	more := ""
	if n := len(ids) - namedExports; n > 0 {
		ids, more = ids[:namedExports], fmt.Sprintf(" (and %d more)", n)
	}
	words := strings.Trim(fmt.Sprint(ids), "[]")
	noun := "Export " + words + " is"
	if len(ids) > 1 {
		noun = "Exports " + strings.ReplaceAll(words, " ", ", ") + more + " are"
	}
	return fmt.Sprintf("%s in the ledger, which decides what is sent; to %s a River job changes nothing there. "+
		"To end it, use: ghexport discard %s --reason TEXT. "+
		"To hold a company's exports, use: ghexport org pause ORG --reason TEXT; to hold everything: ghexport pause --all --reason TEXT.",
		noun, action, words)
}

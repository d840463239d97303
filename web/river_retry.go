package web

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
)

// riverRetry passes Retry on for the jobs whose exports the ledger lets go again: the worker turns such a run into a replay, and never
// sends in it. The others are named, and do not keep those from being done.
func (k *console) riverRetry(w http.ResponseWriter, r *http.Request, jobs []int64, exports map[int64]int64) {
	refused, err := k.Store.RefusedRetries(r.Context(), slices.Collect(maps.Values(exports)))
	if err != nil {
		k.broken(w, r, err)
		return
	}
	if len(refused) == 0 {
		k.riverDo(w, r, "retry", jobs)
		return
	}
	rest := slices.DeleteFunc(slices.Clone(jobs), func(job int64) bool {
		export, is := exports[job]
		return is && refused[export] != nil
	})
	if len(rest) > 0 {
		done := &kept{header: http.Header{}, status: http.StatusOK}
		k.riverDo(done, r, "retry", rest)
		if done.status != http.StatusOK {
			done.send(w)
			return
		}
	}
	k.refuse(w, r, http.StatusConflict, notRetried(len(jobs), len(rest), refused))
}

// notRetried names the refused, the first ones of many.
func notRetried(asked, done int, refused map[int64]error) string {
	var lines []string
	for _, id := range slices.Sorted(maps.Keys(refused)) {
		if len(lines) == namedExports {
			lines = append(lines, fmt.Sprintf("and %d more", len(refused)-namedExports))
			break
		}
		lines = append(lines, refused[id].Error())
	}
	return fmt.Sprintf("Retried %d of %d. Refused by the ledger: %s.", done, asked, strings.Join(lines, "; "))
}

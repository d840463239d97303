package web

import (
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/interviewing-io/greenhouse-export/store/erasure"
	"github.com/interviewing-io/greenhouse-export/web/auth"
)

// heldPanel asks what is held about a person, and shows it. Whom stands in forms alone, never in an address.
type heldPanel struct {
	Candidate, Org, Reason string
	Wrong                  string
	Found                  *erasure.Held // nil before it was asked for
}

// heldFile is the panel as a file, to hand to the person: without who of ours asked.
type heldFile struct {
	At     time.Time `json:"at"`
	Reason string    `json:"reason"`
	erasure.Held
}

// held shows all that is held about a person, or sends it as a file, and records who asked. It answers a POST with the page itself, so
// that no address shows a person twice.
func (k *console) held(w http.ResponseWriter, r *http.Request) {
	reason, wrong := k.reason(w, r)
	panel := heldPanel{
		Candidate: strings.TrimSpace(r.PostFormValue("candidate")), Org: strings.TrimSpace(r.PostFormValue("org")), Reason: reason, Wrong: wrong,
	}
	if panel.Candidate == "" {
		panel.Wrong = "Say whom: the producer’s id of the candidate, or the email as it was sent."
	}
	if panel.Wrong != "" {
		k.showHeld(w, r, http.StatusUnprocessableEntity, panel)
		return
	}
	held, err := erasure.In(k.Store).Held(r.Context(), erasure.Erasure{
		Candidate: panel.Candidate, Org: panel.Org, Digests: k.Digests, By: auth.By(r, reason),
	})
	switch {
	case err != nil:
		k.broken(w, r, err)
	case r.PostFormValue("as") == "json" && !held.Nobody():
		heldFile{k.Now().UTC(), reason, held}.send(w)
	default:
		panel.Found = &held
		k.showHeld(w, r, http.StatusOK, panel)
	}
}

func (k *console) showHeld(w http.ResponseWriter, r *http.Request, status int, panel heldPanel) {
	k.show(w, r, status, "erase", "What is held", erasePage{Held: panel, MayErase: auth.Who(r).Role == auth.RoleAdmin})
}

// send answers with the file.
func (f heldFile) send(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="held.json"`)
	out := json.NewEncoder(w)
	out.SetIndent("", "  ")
	out.Encode(f) //nolint:errcheck // nobody is left to tell
}

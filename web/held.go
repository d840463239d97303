package web

import (
	"context"
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

// held shows all that is held about a person, or sends it as a file, and records who asked.
func (k *console) held(w http.ResponseWriter, r *http.Request) {
	k.answerHeld(w, r, heldAsked{
		org: strings.TrimSpace(r.PostFormValue("org")), nobody: "Say whom: the producer’s id of the candidate, or the email as it was sent.",
		find: erasure.In(k.Store).Held, show: k.showHeld,
	})
}

// heldAsked says where somebody asks what is held, and how the page there shows it.
type heldAsked struct {
	org    string
	nobody string // what is wrong where no person is named
	find   func(context.Context, erasure.Erasure) (erasure.Held, error)
	show   func(http.ResponseWriter, *http.Request, int, heldPanel)
}

// answerHeld answers a POST with the page itself, so that no address shows a person twice.
func (k *console) answerHeld(w http.ResponseWriter, r *http.Request, a heldAsked) {
	reason, wrong := k.reason(w, r)
	panel := heldPanel{Candidate: strings.TrimSpace(r.PostFormValue("candidate")), Org: a.org, Reason: reason, Wrong: wrong}
	if panel.Candidate == "" {
		panel.Wrong = a.nobody
	}
	if panel.Wrong != "" {
		a.show(w, r, http.StatusUnprocessableEntity, panel)
		return
	}
	held, err := a.find(r.Context(), erasure.Erasure{Candidate: panel.Candidate, Org: a.org, Digests: k.Digests, By: auth.By(r, reason)})
	switch {
	case err != nil:
		k.broken(w, r, err)
	case r.PostFormValue("as") == "json" && !held.Nobody():
		heldFile{k.Now().UTC(), reason, held}.send(w)
	default:
		panel.Found = &held
		a.show(w, r, http.StatusOK, panel)
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

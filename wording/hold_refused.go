package wording

import (
	"fmt"
	"strings"
	"time"

	"github.com/interviewing-io/greenhouse-export/ledger"
)

// Where things are in Greenhouse, in the words of its menus.
const (
	whereUsers = "Configure > Users"
	whereKeys  = "Configure > Dev Center > API Credential Management"
)

// unauthorized is a 401, which does not tell a bad key from a bad user. History sometimes does.
func (f holdFacts) unauthorized(w *Hold) {
	w.What = "Greenhouse refuses our sign-in" + since(f.Since) + "."
	w.Says = f.Detail
	w.Staff = f.probing() + " The key ends in " + or(f.KeyLast5, "?") + ", created by " + or(f.CreatedBy, "nobody") + "."
	user, key := f.stepsUser(), f.stepsKey()
	switch {
	case f.after(f.KeyWorked):
		w.Proven = true
		w.Why = fmt.Sprintf("It is the user: the same key is accepted%s since %s. %s was deactivated, or that is not the email of its Greenhouse user any more.", with(f.KeyWorked), Date(f.KeyWorked.At), f.user())
		w.Do = user
	case f.after(f.UserWorked):
		w.Proven = true
		w.Why = fmt.Sprintf("It is the key …%s: %s is accepted%s since %s. The key was deleted in Greenhouse, or it is of another type than Candidate Ingestion.", f.KeyLast5, f.user(), with(f.UserWorked), Date(f.UserWorked.At))
		w.Do = key
	case f.GoodUntil != nil:
		w.Why = fmt.Sprintf("It worked on %s. Since then either the key …%s was deleted in Greenhouse, or %s was deactivated or has another email. Greenhouse does not say which.", Date(*f.GoodUntil), f.KeyLast5, f.user())
		w.Do = append(user, key...)
	case f.KeyWorked != nil:
		w.Why = fmt.Sprintf("This key and this email never worked together. The key was accepted%s on %s, so it is most likely the email.", with(f.KeyWorked), Date(f.KeyWorked.At))
		w.Do = append(user, key...)
	case f.UserWorked != nil:
		w.Why = fmt.Sprintf("This key and this email never worked together. %s was accepted%s on %s, so it is most likely the key.", f.user(), with(f.UserWorked), Date(f.UserWorked.At))
		w.Do = append(key, user...)
	default:
		w.Why = "This key and this email never worked together. Either the key is mistyped, deleted or of another type (Harvest, Job Board), or the email is not that of an active Greenhouse user. Greenhouse does not say which."
		w.Do = append(key, user...)
	}
}

func (f holdFacts) stepsUser() []string {
	return []string{fmt.Sprintf("In Greenhouse, %s: find %s, and make the user active, or choose another user here.", whereUsers, or(f.CreatedBy, "the user"))}
}

func (f holdFacts) stepsKey() []string {
	return []string{fmt.Sprintf("In Greenhouse, %s: look for a key that ends in %s, of type Candidate Ingestion with partner interviewing.io. If it is not there, create one and enter it here.", whereKeys, or(f.KeyLast5, "these letters"))}
}

// forbidden is a 403, or a 404 that named nothing: the sign-in works, and the user lacks a right. Which one follows from what was
// asked for; Greenhouse's words stand beside it and are not read by program.
func (f holdFacts) forbidden(w *Hold) {
	w.What = "Greenhouse accepts our sign-in, but does not let " + f.user() + " add candidates" + since(f.Since) + "."
	w.Says = f.Detail
	w.Staff = f.probing() + " Once a read passes, one export is sent as a trial; any answer but 401 and 403 ends the hold."
	switch {
	case f.Reading:
		w.What = "Greenhouse does not let " + f.user() + " do anything" + since(f.Since) + "."
		w.Why = "Even reading is refused: the user was deactivated, or Greenhouse has switched interviewing.io off for your organisation."
		w.Do = []string{
			fmt.Sprintf("In Greenhouse, %s: make the user active again, or choose another user here.", whereUsers),
			"If the user is active, ask Greenhouse's support whether the partner interviewing.io is enabled for you.",
		}
	case f.Mode == "candidate":
		w.Why = "The missing right is access to the job: to add candidates the user needs the role Job Admin on each mapped job, or Site Admin. For roles without a mapped job it is the right to add prospects."
		w.Do = []string{
			fmt.Sprintf("In Greenhouse, %s: give the user access to the mapped jobs, or the role Site Admin.", whereUsers),
			"Or choose another user here, or send prospects instead of candidates.",
		}
	default:
		w.Why = "The missing right is to add prospects: the user's role does not allow it, or your organisation's Greenhouse has no prospects."
		w.Do = []string{
			fmt.Sprintf("In Greenhouse, %s: give the user a role that may add prospects (Job Admin or Site Admin), or choose another user here.", whereUsers),
			"If your Greenhouse has no prospects, map your roles to jobs here and send candidates.",
		}
	}
}

// refusing is a row of exports that died of the same thing.
func (f holdFacts) refusing(w *Hold) {
	w.What = "Greenhouse refused one candidate after another for the same reason, so we have stopped adding more" + since(f.Since) + "."
	w.Why = "What was refused waits for a person of ours, what came later waits here; nothing is lost. Most often the fault is ours, or a choice made here (a job, a pool, who gets the credit) no longer fits."
	w.Do = []string{"Look whether the choices made here still fit your Greenhouse. If they do, there is nothing to do: we look into it."}
	w.Says = f.Detail
	w.Staff = f.probing() + " Once a read passes, one export is tried; the first that is accepted ends the hold, and so does ghexport org resume."
}

func (f holdFacts) probing() string {
	text := fmt.Sprintf("We have looked %d times whether it is over", f.Probes)
	if f.NextProbe != nil {
		text += " and look again at " + f.NextProbe.UTC().Format("15:04:05 UTC")
	}
	return text + "; it ends by itself. Several companies within minutes: suspect Greenhouse, or our last deploy."
}

// after tells whether that happened after the refusals began, which proves something.
func (f holdFacts) after(w *ledger.Worked) bool {
	return w != nil && f.Since != nil && w.At.After(*f.Since)
}

func (f holdFacts) user() string {
	if f.CreatedByName != "" {
		return f.CreatedByName + " (" + f.CreatedBy + ")"
	}
	return or(f.CreatedBy, "the user")
}

func with(w *ledger.Worked) string {
	switch {
	case w.With == "":
		return ""
	case strings.Contains(w.With, "@"):
		return " with " + w.With
	default:
		return " with the key …" + w.With
	}
}

func since(t *time.Time) string {
	if t == nil {
		return ""
	}
	return " since " + t.UTC().Format("2 January, 15:04 UTC")
}

func after(before, text string) string {
	if text == "" {
		return ""
	}
	return before + text
}

func or(text, without string) string {
	if text == "" {
		return without
	}
	return text
}

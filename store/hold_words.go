package store

import (
	"fmt"
	"strings"
	"time"

	"github.com/interviewing-io/greenhouse-export/ledger"
)

// HoldFacts is what there is to say about a company that may not send. [Store.HoldFacts] gathers it.
type HoldFacts struct {
	Cause         ledger.Cause
	Since         *time.Time // of refusals, pauses and stops
	GoodUntil     *time.Time // when Greenhouse had last accepted the company's credential before it; nil when never
	Detail        string     // Greenhouse's words, or ours of why we paused
	Status        int        // of the newest refusal; 0 when not known
	Reading       bool       // the newest refusal came to a mere read
	KeyLast5      string
	CreatedBy     string
	CreatedByName string
	Mode          string  // prospect or candidate
	KeyWorked     *Worked // the same key, with another user
	UserWorked    *Worked // the same user, with another key
	Waiting       int64   // exports that wait
	Probes        int
	NextProbe     *time.Time
}

// Worked is a credential that Greenhouse accepted.
type Worked struct {
	At   time.Time
	With string // the other user's email, or the other key's last five characters; "" where it is another company's
}

// HoldWords say why a company may not send, to people. No word of them is about a candidate.
type HoldWords struct {
	Cause  ledger.Cause `json:"cause"`
	Since  *time.Time   `json:"since"`
	What   string       `json:"what"`   // one sentence for the company's admin
	Why    string       `json:"why"`    // what is behind it, as far as is known
	Do     []string     `json:"do"`     // what the admin can do, in order; empty where it is ours to end
	Says   string       `json:"says"`   // Greenhouse's own words; "" for none
	Proven bool         `json:"proven"` // history proves which of key and user it is
	Staff  string       `json:"staff"`  // for us: what goes on by itself, and what to look at
}

// Where things are in Greenhouse, in the words of its menus.
const (
	whereUsers = "Configure > Users"
	whereKeys  = "Configure > Dev Center > API Credential Management"
)

// Words puts the facts into words. Pure.
func (f HoldFacts) Words() HoldWords {
	w := HoldWords{Cause: f.Cause, Since: f.Since, Do: []string{}}
	switch f.Cause {
	case ledger.CauseAuthRejected:
		f.unauthorized(&w)
	case ledger.CausePermissionDenied:
		f.forbidden(&w)
	case ledger.CauseRefusing:
		f.refusing(&w)
	default:
		f.ours(&w)
	}
	return w
}

func (f HoldFacts) ours(w *HoldWords) {
	switch f.Cause {
	case ledger.CauseStopped:
		w.What, w.Why = "We have stopped sending, for all companies.", "We look into something that concerns everybody. What waits is sent when we go on; nothing is lost."
		w.Staff = "Ends with ghexport resume --all."
	case ledger.CauseOff:
		w.What, w.Why = "The connection to Greenhouse is off.", "Nobody has turned it on, or it was turned off."
		w.Do = []string{"Turn it on, and say whether what waits is to be sent or dropped."}
		w.Staff = "Theirs to turn on; ghexport org enable does it for them."
	case ledger.CauseIncomplete:
		w.What, w.Why = "The connection to Greenhouse is not complete.", "It lacks the API key or the email of the Greenhouse user as whom candidates are added."
		w.Do = []string{"Enter both, and test the connection."}
		w.Staff = "Half-finished setup may last for days. What becomes eligible waits."
	case ledger.CauseUntested:
		w.What, w.Why = "The connection has not been tested.", "Nothing is sent before a test has passed with the present key and email."
		w.Do = []string{"Press Test connection."}
		w.Staff = "Saved without a test; ghexport org connect tests."
	case ledger.CausePaused:
		w.What, w.Why = "We have paused the connection.", "What waits is sent when we end the pause; nothing is lost."
		w.Staff = "Ends with ghexport org resume." + after(" Paused because: ", f.Detail)
	case ledger.CauseDecryptFailed:
		w.What, w.Why = "We cannot open the stored API key.", "The fault is ours, and we have been told. Nothing is lost."
		w.Do = []string{"Nothing, or enter the key again, which ends it at once."}
		w.Staff = "The keyset knows the key's id and the value does not open: it was altered, or copied from another company or database. Restore the row, or connect the company anew. It is tried again by itself."
	}
}

// unauthorized is a 401, which does not tell a bad key from a bad user. History sometimes does.
func (f HoldFacts) unauthorized(w *HoldWords) {
	w.What = "Greenhouse refuses our sign-in" + since(f.Since) + "."
	w.Says = f.Detail
	w.Staff = f.probing() + " The key ends in " + or(f.KeyLast5, "?") + ", created by " + or(f.CreatedBy, "nobody") + "."
	user, key := f.stepsUser(), f.stepsKey()
	switch {
	case f.after(f.KeyWorked):
		w.Proven = true
		w.Why = fmt.Sprintf("It is the user: the same key is accepted%s since %s. %s was deactivated, or that is not the email of its Greenhouse user any more.", with(f.KeyWorked), day(f.KeyWorked.At), f.user())
		w.Do = user
	case f.after(f.UserWorked):
		w.Proven = true
		w.Why = fmt.Sprintf("It is the key …%s: %s is accepted%s since %s. The key was deleted in Greenhouse, or it is of another type than Candidate Ingestion.", f.KeyLast5, f.user(), with(f.UserWorked), day(f.UserWorked.At))
		w.Do = key
	case f.GoodUntil != nil:
		w.Why = fmt.Sprintf("It worked on %s. Since then either the key …%s was deleted in Greenhouse, or %s was deactivated or has another email. Greenhouse does not say which.", day(*f.GoodUntil), f.KeyLast5, f.user())
		w.Do = append(user, key...)
	case f.KeyWorked != nil:
		w.Why = fmt.Sprintf("This key and this email never worked together. The key was accepted%s on %s, so it is most likely the email.", with(f.KeyWorked), day(f.KeyWorked.At))
		w.Do = append(user, key...)
	case f.UserWorked != nil:
		w.Why = fmt.Sprintf("This key and this email never worked together. %s was accepted%s on %s, so it is most likely the key.", f.user(), with(f.UserWorked), day(f.UserWorked.At))
		w.Do = append(key, user...)
	default:
		w.Why = "This key and this email never worked together. Either the key is mistyped, deleted or of another type (Harvest, Job Board), or the email is not that of an active Greenhouse user. Greenhouse does not say which."
		w.Do = append(key, user...)
	}
}

func (f HoldFacts) stepsUser() []string {
	return []string{fmt.Sprintf("In Greenhouse, %s: find %s, and make the user active, or choose another user here.", whereUsers, or(f.CreatedBy, "the user"))}
}

func (f HoldFacts) stepsKey() []string {
	return []string{fmt.Sprintf("In Greenhouse, %s: look for a key that ends in %s, of type Candidate Ingestion with partner interviewing.io. If it is not there, create one and enter it here.", whereKeys, or(f.KeyLast5, "these letters"))}
}

// forbidden is a 403, or a 404 that named nothing: the sign-in works, and the user lacks a right. Which one follows from what was
// asked for; Greenhouse's words stand beside it and are not read by program.
func (f HoldFacts) forbidden(w *HoldWords) {
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
func (f HoldFacts) refusing(w *HoldWords) {
	w.What = "Greenhouse refused one candidate after another for the same reason, so we have stopped adding more" + since(f.Since) + "."
	w.Why = "What was refused waits for a person of ours, what came later waits here; nothing is lost. Most often the fault is ours, or a choice made here (a job, a pool, who gets the credit) no longer fits."
	w.Do = []string{"Look whether the choices made here still fit your Greenhouse. If they do, there is nothing to do: we look into it."}
	w.Says = f.Detail
	w.Staff = f.probing() + " Once a read passes, one export is tried; the first that is accepted ends the hold, and so does ghexport org resume."
}

func (f HoldFacts) probing() string {
	text := fmt.Sprintf("We have looked %d times whether it is over", f.Probes)
	if f.NextProbe != nil {
		text += " and look again at " + f.NextProbe.UTC().Format("15:04:05 UTC")
	}
	return text + "; it ends by itself. Several companies within minutes: suspect Greenhouse, or our last deploy."
}

// after tells whether that happened after the refusals began, which proves something.
func (f HoldFacts) after(w *Worked) bool { return w != nil && f.Since != nil && w.At.After(*f.Since) }

func (f HoldFacts) user() string {
	if f.CreatedByName != "" {
		return f.CreatedByName + " (" + f.CreatedBy + ")"
	}
	return or(f.CreatedBy, "the user")
}

func with(w *Worked) string {
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

func day(t time.Time) string { return t.UTC().Format("2 January 2006, 15:04 UTC") }

func or(text, without string) string {
	if text == "" {
		return without
	}
	return text
}

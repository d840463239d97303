package ledger

import "time"

// Source is a producer's own database whose outbox is read, and how that goes.
type Source struct {
	Name      string     `json:"name"`
	ReadAt    *time.Time `json:"read_at"`      // when its outbox was last read; null for never
	ReadAge   Seconds    `json:"read_age_s"`   // how long ago that was; since it was first tried, for never
	LookedAge Seconds    `json:"looked_age_s"` // how long ago a node last tried
	Waiting   int64      `json:"waiting"`      // messages that lay there when it was last read, counted up to 10,000
	OldestAge Seconds    `json:"oldest_age_s"` // of the oldest of them
	Carried   int64      `json:"carried"`      // messages carried from there so far

	TroubleKind  SourceTrouble `json:"trouble_kind"` // why it cannot be read; empty where it can
	Trouble      string        `json:"trouble"`      // what that database or the network said
	TroubleSince *time.Time    `json:"trouble_since"`
}

// SourceUnread sets how long a source may stay unread before somebody hears of it.
const SourceUnread = time.Minute

// Lag is for how long a message that was committed there may have been unknown here.
func (s Source) Lag() time.Duration {
	if s.TroubleKind != "" || s.ReadAge.Duration() > SourceUnread {
		return max(s.ReadAge, s.OldestAge).Duration()
	}
	return s.OldestAge.Duration()
}

// Behind says whether what is committed there is not known here in time, whatever the reason.
func (s Source) Behind() bool { return s.Lag() > SourceUnread }

// SourceTrouble is why a source cannot be read.
type SourceTrouble string

// The reasons.
const (
	SourceUnreachable SourceTrouble = "unreachable" // nobody answers, or not to us
	SourceSlow        SourceTrouble = "slow"        // no answer in time, or a lock that somebody holds
	SourceRights      SourceTrouble = "rights"      // the role may not log in, read or delete
	SourceReadOnly    SourceTrouble = "read_only"   // a standby, or a database that was turned read-only
	SourceSchema      SourceTrouble = "schema"      // no producer's schema, or one of a version not known here
	SourceEncoding    SourceTrouble = "encoding"    // not UTF8
	SourceLedger      SourceTrouble = "ledger"      // a database of the service's, with a ledger
	SourceMessage     SourceTrouble = "message"     // a message there that cannot be taken
	SourceOther       SourceTrouble = "other"
)

// SourceTroubles are all of them.
var SourceTroubles = []SourceTrouble{
	SourceUnreachable, SourceSlow, SourceRights, SourceReadOnly, SourceSchema, SourceEncoding, SourceLedger, SourceMessage, SourceOther,
}

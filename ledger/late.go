package ledger

import "time"

// Keeper names what keeps an export that is due from being handed out.
type Keeper string

// What may keep one. What a company's hold keeps is not due; see [HeldGroup].
const (
	KeptByRelay   Keeper = "relay"   // nothing: dispatch would hand it out, and no relay does
	KeptBySibling Keeper = "sibling" // another export of the candidate: dispatch would set it aside for that, and no relay does
	KeptByBudget  Keeper = "budget"  // the company's requests are spent, or Greenhouse said to wait
	KeptByPlace   Keeper = "place"   // as many of the company as may be under way are, or the workers have enough
	KeptByMessage Keeper = "message" // a newer message of the interview that is not folded
)

// Late is a company that may send and has had due exports for longer than a minute.
type Late struct {
	Org      string     `json:"org_id"`
	ExportID int64      `json:"export_id"` // the one that goes first
	Age      Seconds    `json:"age_s"`     // for how long nothing but its keeper has kept it
	Keeper   Keeper     `json:"kept_by"`
	Until    *time.Time `json:"until"`  // when a budget is free again, as far as is known
	Stands   bool       `json:"stands"` // it does not merely take its turn: nothing of the company moves

	Would map[int64]bool `json:"-"` // what dispatch would hand out of it at this moment
}

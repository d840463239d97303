package wording

import (
	"fmt"

	"github.com/interviewing-io/greenhouse-export/ledger"
)

// Command is the command by which an operator does the verb to an export; "" where only a page does it.
func Command(v ledger.Verb, export int64) string {
	switch v {
	case ledger.VerbReplay:
		return fmt.Sprintf("ghexport replay %d --reason TEXT", export)
	case ledger.VerbEdit:
		return fmt.Sprintf("ghexport replay %d --set FIELD=VALUE --reason TEXT", export)
	case ledger.VerbDiscard:
		return fmt.Sprintf("ghexport discard %d --reason TEXT", export)
	case ledger.VerbPresent:
		return fmt.Sprintf("ghexport resolve %d --present URL --reason TEXT", export)
	case ledger.VerbAbsent, ledger.VerbSkip, ledger.VerbCreate:
		return fmt.Sprintf("ghexport resolve %d --%s --reason TEXT", export, v)
	default:
		return ""
	}
}

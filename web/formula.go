package web

import "strings"

// formulaSafe keeps a spreadsheet from running a cell, which others wrote, as a formula: see OWASP on CSV injection.
func formulaSafe(cell string) string {
	if cell != "" && strings.ContainsAny(cell[:1], "=+-@\t\r\n") || strings.HasPrefix(cell, "＝") || strings.HasPrefix(cell, "＋") ||
		strings.HasPrefix(cell, "－") || strings.HasPrefix(cell, "＠") {
		return "'" + cell
	}
	return cell
}

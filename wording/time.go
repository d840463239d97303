package wording

import (
	"fmt"
	"time"
)

// Time is a moment to the second, within a sentence.
func Time(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05 UTC") }

// Date is a moment in a letter, or in a sentence for a company.
func Date(t time.Time) string { return t.UTC().Format("2 January 2006, 15:04 UTC") }

// RFC is a moment that a program may read, too.
func RFC(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// Age rounds a length of time to what a person would say.
func Age(d time.Duration) string {
	switch {
	case d > 0 && d < time.Second:
		return fmt.Sprintf("%d ms", d.Milliseconds())
	case d < time.Minute:
		return fmt.Sprintf("%d s", int(d.Seconds()))
	case d < time.Hour:
		return fmt.Sprintf("%d min", int(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h %d min", int(d.Hours()), int(d.Minutes())%60)
	default:
		return fmt.Sprintf("%d days", int(d.Hours()/24))
	}
}

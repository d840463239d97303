package ledger

import "time"

// CompanyPace describes how sending goes for one company, by the clock of the database.
type CompanyPace struct {
	Hour  Pace         `json:"hour"`  // the last 60 minutes
	Day   Pace         `json:"day"`   // the last 24 hours
	Week  Pace         `json:"week"`  // the last 7 days
	Hours []HourlyPace `json:"hours"` // of the last day, the oldest first, none left out; the last is not over yet
}

// HourlyPace counts the attempts that ended in one hour.
type HourlyPace struct {
	Began  time.Time `json:"began"`
	Sent   int64     `json:"sent"`
	Failed int64     `json:"failed"`
}

// CompanyPaceHours sets how many hours [CompanyPace.Hours] has: a day, and the hour that is not over.
const CompanyPaceHours = 25

// BudgetUse holds what Greenhouse allows a company's key, as far as it is known, and what of it is used up.
type BudgetUse struct {
	Limit  int       `json:"limit"`   // requests a window
	Spent  int       `json:"spent"`   // in the present window
	Ends   time.Time `json:"ends"`    // when the present window ends; zero between windows
	Window Seconds   `json:"every_s"` // length of a window
	Said   bool      `json:"said"`    // Greenhouse told limit and window; else they are our cautious guess
}

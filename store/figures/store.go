// Package figures keeps what pages and metrics count: samples of sends, hours, days, the trend, each company's pace and its use of the
// budget. Counting goes in slices, so that no statement reads the ledger whole.
package figures

import "github.com/interviewing-io/greenhouse-export/store"

// Store is a [store.Store] that counts.
type Store struct{ *store.Store }

// In gives s the means to count.
func In(s *store.Store) Store { return Store{s} }

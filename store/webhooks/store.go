// Package webhooks keeps what companies' Greenhouses tell by webhook: secrets, events until they are worked off, and what each changes in
// the ledger. An event changes nothing twice, in whatever order events come.
package webhooks

import "github.com/interviewing-io/greenhouse-export/store"

// Store is a [store.Store] that hears Greenhouse's events.
type Store struct{ *store.Store }

// In gives s the means to hear Greenhouse's events.
func In(s *store.Store) Store { return Store{s} }

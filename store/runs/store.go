// Package runs replays dead letters: a frozen set of exports, a canary first, a rate, a rule by which the run pauses itself, and what
// became of each member. A run decides by [ledger.Allowed], as every verb does, and releases through the replay lane.
package runs

import "github.com/interviewing-io/greenhouse-export/store"

// Store is a [store.Store] with the methods of replay runs.
type Store struct{ *store.Store }

// In gives s the methods of replay runs.
func In(s *store.Store) Store { return Store{s} }

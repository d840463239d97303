// Package access keeps who may come in to the console: sessions, links that open one company, and how often a client may knock.
// Of sessions and links only digests are kept.
package access

import "github.com/interviewing-io/greenhouse-export/store"

// Store is a [store.Store] that lets people in.
type Store struct{ *store.Store }

// In gives s the means to let people in.
func In(s *store.Store) Store { return Store{s} }

// Package query holds the read models: lists, one export with its history, why an interview is where it is, dead letters by what they
// died of, what waits for a decision, the audit trail. It cannot write: every question runs in a transaction that only reads.
package query

import (
	"context"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
)

// Reader answers questions about the ledger.
type Reader struct {
	reads   store.Reads
	late    func(ctx context.Context, orgs []string) ([]ledger.Late, error) // what keeps exports of these companies that are due
	sources func(ctx context.Context) ([]ledger.Source, error)
	version string // of this binary
}

// In reads s.
func In(s *store.Store) Reader {
	return Reader{reads: s.Reads(), late: s.Late, sources: s.Sources, version: s.Version}
}

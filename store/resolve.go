package store

import (
	"context"

	"github.com/interviewing-io/greenhouse-export/ledger"
)

// ResolvePresent records that an export exists in Greenhouse, where a person found it: an unknown export, or a cancelled one that
// may exist, becomes sent under the profile's ids, and one that is sent by a person's word gets them instead of those it had. It is
// refused for a profile that another candidate's export of the company has. One transaction; the second time is refused.
func (s *Store) ResolvePresent(ctx context.Context, id int64, profile Profile, by By) error {
	return s.present(ctx, id, profile, by, false)
}

// MayBePresent returns what ResolvePresent would refuse now, and changes nothing.
func (s *Store) MayBePresent(ctx context.Context, id int64, profile Profile) error {
	return s.present(ctx, id, profile, By{}, true)
}

func (s *Store) present(ctx context.Context, id int64, profile Profile, by By, dryRun bool) error {
	result, err := s.apply(ctx, Verb{Verb: ledger.VerbPresent, profile: profile}, by, dryRun, []int64{id})
	if err != nil {
		return err
	}
	if problems := result.Problems(); len(problems) > 0 {
		return problems[0]
	}
	return nil
}

// ResolveAbsent records that a person looked and exports are not in Greenhouse: unknown ones, cancelled ones that may exist, and those
// that are sent by a person's word alone, become due now, or, without a body to send, cancelled (erased) without their doubt. It is refused while the worker of the newest
// attempt may still come and tell how it ended, since a request that is under way would then be made twice. Each batch is a
// transaction; a second time is refused.
func (s *Store) ResolveAbsent(ctx context.Context, r Request) (Result, error) {
	return s.applySelected(ctx, Verb{Verb: ledger.VerbAbsent}, r, ledger.StateUnknown)
}

// ResolveSkip ends exports that wait for a decision: an unknown one becomes cancelled (skipped) and keeps its doubt, so that its
// siblings still wait for a decision of their own; a duplicate becomes cancelled (skipped). Each batch is a transaction.
func (s *Store) ResolveSkip(ctx context.Context, r Request) (Result, error) {
	return s.applySelected(ctx, Verb{Verb: ledger.VerbSkip}, r, ledger.StateUnknown, ledger.StateDuplicate)
}

// ResolveCreate records that a second profile of a candidate is wanted: a duplicate becomes due now, and stays allowed whatever
// becomes of its siblings. Each batch is a transaction.
func (s *Store) ResolveCreate(ctx context.Context, r Request) (Result, error) {
	return s.applySelected(ctx, Verb{Verb: ledger.VerbCreate}, r, ledger.StateDuplicate)
}

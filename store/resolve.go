package store

import (
	"context"
	"fmt"
	"time"

	"github.com/interviewing-io/greenhouse-export/ledger"
)

// ResolvePresent records that an export exists in Greenhouse, where a person found it: an unknown export, or a cancelled one that
// may exist, becomes sent under the profile's ids. One transaction; the second time is refused.
func (s *Store) ResolvePresent(ctx context.Context, id int64, profile Profile, by By) error {
	v := verb{action: "resolve --present", judge: func(row verbRow) (move, string) {
		if row.State == ledger.StateUnknown || row.State == ledger.StateCancelled && row.MayExist {
			return move{to: ledger.StateSent, profile: profile}, ""
		}
		return move{}, "only an export in doubt can be resolved as present"
	}}
	result, err := s.apply(ctx, v, by, false, []int64{id})
	if err != nil {
		return err
	}
	if problems := result.Problems(); len(problems) > 0 {
		return problems[0]
	}
	return nil
}

// ResolveAbsent records that a person looked and exports are not in Greenhouse: unknown ones, and cancelled ones that may exist,
// become due now, or, without a body to send, cancelled (erased) without their doubt. It is refused while the worker of the newest
// attempt may still come and tell how it ended, since a request that is under way would then be made twice. Each batch is a
// transaction; a second time is refused.
func (s *Store) ResolveAbsent(ctx context.Context, r Request) (Result, error) {
	return s.resolve(ctx, r, verb{action: "resolve --absent", judge: judgeAbsent}, ledger.StateUnknown)
}

func judgeAbsent(row verbRow) (move, string) {
	switch {
	case row.State != ledger.StateUnknown && !(row.State == ledger.StateCancelled && row.MayExist):
		return move{}, "only an export in doubt can be resolved as absent"
	case row.Unsettled != nil:
		return move{}, fmt.Sprintf("its last attempt never said how it ended and may still arrive until %s; look in Greenhouse again after that",
			row.Unsettled.UTC().Format(time.RFC3339))
	case row.HasBody:
		return move{to: ledger.StatePending, lane: laneLive}, ""
	case row.HasAside && !row.Erased:
		return move{to: ledger.StateIneligible, cause: ledger.CauseDecisionMissing}, "" // until that message is folded
	default: // its personal data is gone: all that can end is the doubt
		return move{to: ledger.StateCancelled, cause: ledger.CauseErased}, ""
	}
}

// ResolveSkip ends exports that wait for a decision: an unknown one becomes cancelled (skipped) and keeps its doubt, so that its
// siblings still wait for a decision of their own; a duplicate becomes cancelled (skipped). Each batch is a transaction.
func (s *Store) ResolveSkip(ctx context.Context, r Request) (Result, error) {
	return s.resolve(ctx, r, verb{action: "resolve --skip", judge: judgeSkip}, ledger.StateUnknown, ledger.StateDuplicate)
}

func judgeSkip(row verbRow) (move, string) {
	switch row.State {
	case ledger.StateUnknown:
		return move{to: ledger.StateCancelled, cause: ledger.CauseSkipped, mayExist: true, keepsBehind: true}, ""
	case ledger.StateDuplicate:
		return move{to: ledger.StateCancelled, cause: ledger.CauseSkipped, keepsBehind: true}, ""
	default:
		return move{}, "only an export that waits for a decision can be skipped"
	}
}

// ResolveCreate records that a second profile of a candidate is wanted: a duplicate becomes due now, and stays allowed whatever
// becomes of its siblings. Each batch is a transaction.
func (s *Store) ResolveCreate(ctx context.Context, r Request) (Result, error) {
	return s.resolve(ctx, r, verb{action: "resolve --create", judge: judgeCreate}, ledger.StateDuplicate)
}

func judgeCreate(row verbRow) (move, string) {
	if row.State != ledger.StateDuplicate {
		return move{}, "only a possible duplicate can be created all the same"
	}
	return move{to: ledger.StatePending, lane: laneLive, create: true}, ""
}

func (s *Store) resolve(ctx context.Context, r Request, v verb, states ...ledger.State) (Result, error) {
	ids, err := s.selected(ctx, r.Filter, states...)
	if err != nil {
		return Result{}, err
	}
	return s.apply(ctx, v, r.By, r.DryRun, ids)
}

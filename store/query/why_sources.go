package query

import (
	"context"
	"slices"

	"github.com/interviewing-io/greenhouse-export/ledger"
)

// behind are the sources whose messages are not known here in time.
func (r Reader) behind(ctx context.Context) ([]ledger.Source, error) {
	list, err := r.sources(ctx)
	return slices.DeleteFunc(list, func(s ledger.Source) bool { return !s.Behind() }), err
}

// unread notes with each interview that its source is behind, so that a newer message of it may lie there.
func (r Reader) unread(ctx context.Context, list []ledger.WhyFacts) error {
	if !slices.ContainsFunc(list, func(f ledger.WhyFacts) bool { return f.Source != nil }) {
		return nil
	}
	behind, err := r.behind(ctx)
	for i, f := range list {
		for _, s := range behind {
			if f.Source != nil && *f.Source == s.Name {
				list[i].Behind = append(list[i].Behind, s)
			}
		}
	}
	return err
}

package main

import (
	"context"
	"fmt"

	"github.com/interviewing-io/greenhouse-export/greenhouse/greenhousesim"
)

var troubleCell = cell{
	name: "trouble", title: "One company in four at 401, one at 30 s", metrics: []string{"ratio", "clean_rate", "sick_rate", "denied", "doubled"},
	peers: []string{ourName, "river", "by-hand"},
	says: "A backlog of every company, as in the drain. Every fourth company's key is refused, and one company's answers take 30 s: how fast the exports of " +
		"the others arrive, beside the same drain where all is well.",
	measure: func(ctx context.Context, b *bench, p peer) (measured, error) { return b.trouble(ctx, p) },
}

func refusedOrg(org int) bool { return org%4 == 0 }

// slowOrg is the one whose answers take long.
const slowOrg = 1

func (b *bench) trouble(ctx context.Context, p peer) (m measured, err error) {
	healthy := 0
	for _, r := range b.results("drain", b.N) {
		if !refusedOrg(r.org) && r.org != slowOrg {
			healthy++
		}
	}
	arrived := func(ctx context.Context, f *fake, _ contender) (bool, error) {
		n := 0
		for org := range b.Orgs {
			if !refusedOrg(org) && org != slowOrg {
				n += f.CountCandidates(apiKey(org))
			}
		}
		return n >= healthy, ctx.Err()
	}
	clean, err := b.drain(ctx, p, drainOptions{enough: arrived})
	if err != nil {
		return m, fmt.Errorf("where all is well: %w", err)
	}
	var denied int64
	sick, err := b.drain(ctx, p, drainOptions{
		trouble: func(f *fake) {
			for org := range b.Orgs {
				if refusedOrg(org) {
					f.RevokeKey(apiKey(org))
				}
			}
			f.Plan(greenhousesim.Fault{Account: apiKey(slowOrg), Delay: b.Trouble, Times: -1})
		},
		enough: func(ctx context.Context, f *fake, c contender) (bool, error) {
			denied = f.gate.denied.Load()
			return arrived(ctx, f, c)
		},
	})
	if err != nil {
		return m, err
	}
	share := float64(healthy) / float64(b.N)
	return measured{Values: map[string]float64{
		"ratio": sick.Values["answered"] / clean.Values["answered"], "clean_rate": share * clean.Values["answered"], "sick_rate": share * sick.Values["answered"],
		"denied": float64(denied), "doubled": sick.Values["doubled"],
	}}, nil
}

package main

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"math"
	"slices"
	"time"
)

// cell is one question: what is done to each peer, and what is counted.
type cell struct {
	name    string
	title   string
	says    string   // what is done, for whoever reads the figures
	metrics []string // what is printed, in order; the first is drawn
	peers   []string // who can take part; everybody when empty
	short   bool     // part of a run that is not -full
	drain   bool     // runs as often as drains do, and its first round is dropped
	measure func(ctx context.Context, b *bench, p peer) (measured, error)
}

// measured holds what one round of a cell gave.
type measured struct {
	Values map[string]float64
	Steps  []Step      // of the way of an export, where the ledger tells them
	Top    []Statement // the costliest
}

// second returns who can take part beside ours; "" where everybody can, or nobody.
func (c cell) second() string {
	if len(c.peers) < 2 {
		return ""
	}
	return c.peers[1]
}

// cells in the order in which they are measured.
func cells() []cell {
	list := drainCells()
	list = append(list, idleCell)
	list = append(list, quotaCells()...)
	list = append(list, whaleCells()...)
	return append(list, troubleCell, pressureCell, cutCell, replayCell, growthDueCell, growthOrgsCell)
}

func cellNames() (list []string) {
	for _, c := range cells() {
		list = append(list, c.name)
	}
	return list
}

func findCell(name string) (cell, bool) {
	list := cells()
	i := slices.IndexFunc(list, func(c cell) bool { return c.name == name })
	if i < 0 {
		return cell{}, false
	}
	return list[i], true
}

// chosenCells are those named; else all of a full or tiny run, or those of a short one.
func chosenCells(s settings) []cell {
	return slices.DeleteFunc(cells(), func(c cell) bool {
		if len(s.Cells) > 0 {
			return !slices.Contains(s.Cells, c.name)
		}
		return !s.Full && !s.Smoke && !c.short
	})
}

// chosenPeers are those named that can take part in the cell, ours always first; else all of a full or tiny run, or those of a short one.
func chosenPeers(s settings, c cell) []peer {
	return slices.DeleteFunc(peers(), func(p peer) bool {
		switch {
		case len(c.peers) > 0 && !slices.Contains(c.peers, p.name):
			return true
		case p.name == ourName:
			return false
		case len(s.Peers) > 0:
			return !slices.Contains(s.Peers, p.name)
		case s.Smoke: // each peer once, and one peer beside ours in the other cells of a short run
			return c.name != "drain" && (!c.short || p.name != cmp.Or(c.second(), riverPeer.name))
		}
		return !s.Full && !p.short
	})
}

// runCell takes turns: each round every peer once, so that a machine that slows down slows all. Who cannot run is named with the
// reason; who fails does not go on; where ours fails, the bench ends.
func (b *bench) runCell(ctx context.Context, c cell, keep *keeper) error {
	rounds, warm := b.Rounds, 0
	if c.drain {
		rounds, warm = b.Runs, 1
	}
	list := slices.DeleteFunc(chosenPeers(b.settings, c), func(p peer) bool {
		if p.missing == nil {
			return false
		}
		err := p.missing()
		if err != nil {
			b.say("%s, %s: not run: %s", c.name, p.name, err)
			keep.sample(sample{Cell: c.name, Peer: p.name, NotRun: err.Error()})
		}
		return err != nil
	})
	if b.Smoke {
		warm = 0
	}
	for round := range rounds + warm {
		for i := 0; i < len(list); i++ {
			p := list[i]
			began, before := time.Now(), b.busy()
			b.last = round == rounds+warm-1
			got, err := c.measure(ctx, b, p)
			if err != nil && (p.name == ourName || ctx.Err() != nil) {
				return fmt.Errorf("%s, %s: %w", c.name, p.name, err)
			}
			if err != nil {
				b.say("%s, %s: %s", c.name, p.name, err)
				keep.sample(sample{Cell: c.name, Peer: p.name, Round: round, NotRun: "failed: " + err.Error()})
				list = slices.Delete(list, i, i+1)
				i--
				continue
			}
			maps.DeleteFunc(got.Values, func(_ string, v float64) bool { return math.IsNaN(v) || math.IsInf(v, 0) }) // of a baseline of nothing
			b.say("%s %d of %d, %s: %s %s%s, %.1f s", c.name, round+1-warm, rounds, p.name, metricOf(c.metrics[0]).value(got.Values[c.metrics[0]]),
				metricOf(c.metrics[0]).label, map[bool]string{true: " (warm-up, dropped)"}[round < warm], time.Since(began).Seconds())
			if round >= warm {
				keep.sample(sample{Cell: c.name, Peer: p.name, Round: round - warm, At: began.UTC(), Others: b.busy().others(before), measured: got})
			}
		}
	}
	return keep.err
}

package main

import (
	"fmt"
	"slices"
)

// metric is one kind of figure.
type metric struct {
	name   string
	label  string
	format string
	better int // 1: more is better, -1: less is, 0: it only explains
}

// metrics are all kinds, in no order.
var metrics = []metric{
	{"rate", "exports/s, until settled", "%.0f", 1},
	{"answered", "exports/s, until the last answer", "%.0f", 0},
	{"whole", "exports/s, hand-over included", "%.0f", 1},
	{"inflight", "in flight at the simulator, on average", "%.1f", 0},
	{"peak", "in flight at the simulator, at most", "%.0f", 0},
	{"stmts", "statements an export, River's left out", "%.3f", -1},
	{"stmts_river", "statements of River's an export", "%.3f", 0},
	{"stmts_hand", "statements of the producer's an export", "%.3f", 0},
	{"xacts", "transactions an export", "%.3f", 0},
	{"wal", "WAL bytes an export", "%.0f", -1},
	{"wal_hand", "WAL bytes an export, hand-over", "%.0f", -1},
	{"cpu", "CPU us an export, hand-over included", "%.0f", -1},
	{"cpu_process", "CPU us an export: this process", "%.0f", 0},
	{"cpu_postgres", "CPU us an export: Postgres", "%.0f", 0},
	{"cpu_helper", "CPU us an export: node or Redis", "%.0f", 0},
	{"cpu_hand", "CPU us an export: hand-over, all of it", "%.0f", 0},
	{"hot", "HOT share of the ledger's updates", "%.2f", 0},
	{"requests", "requests an export", "%.3f", -1},
	{"lost", "lost", "%.0f", -1},
	{"missing", "missing when nothing had come for 10 s", "%.0f", -1},
	{"doubled", "doubled at the simulator", "%.0f", -1},
	{"p50", "ms to arrive, p50", "%.2f", -1},
	{"p95", "ms to arrive, p95", "%.2f", -1},
	{"p99", "ms to arrive, p99", "%.2f", -1},
	{"max", "ms to arrive, longest", "%.2f", 0},
	{"hand_p50", "ms of the producer's transaction, p50", "%.2f", -1},
	{"hand_p99", "ms of the producer's transaction, p99", "%.2f", 0},
	{"used", "% of the quota used", "%.1f", 1},
	{"refused", "answers 429", "%.0f", -1},
	{"lost_share", "% of the requests that were refused", "%.1f", 0},
	{"ratio", "ratio", "%.2f", 0}, // its cell says which way is better
	{"alone_p95", "ms to arrive alone, p95", "%.2f", 0},
	{"beside_p95", "ms to arrive beside it, p95", "%.2f", -1},
	{"beside_max", "ms to arrive beside it, longest", "%.2f", 0},
	{"ahead", "the whale's exports that went before the last small one", "%.0f", 0},
	{"clean_rate", "exports/s where all is well", "%.0f", 0},
	{"sick_rate", "healthy exports/s beside trouble", "%.0f", 1},
	{"denied", "answers 401", "%.0f", -1},
	{"replay_rate", "replayed a second", "%.1f", 0},
	{"small_ms", "ms of looks for due exports an export, the smaller", "%.3f", 0},
	{"great_ms", "ms of looks for due exports an export, the greater", "%.3f", 0},
	{"small_rate", "exports/s, the smaller", "%.0f", 0},
	{"great_rate", "exports/s, the greater", "%.0f", 0},
}

func metricOf(name string) metric {
	i := slices.IndexFunc(metrics, func(m metric) bool { return m.name == name })
	if i < 0 {
		return metric{name: name, label: name, format: "%.2f"}
	}
	return metrics[i]
}

// in is the metric as the cell means it.
func (m metric) in(c cell) metric {
	if m.name != "ratio" {
		return m
	}
	m.label, m.better = "ratio of p95, beside / alone", -1
	switch c.name {
	case "trouble", "pressure":
		m.label, m.better = "ratio of rates, in trouble / where all is well", 1
	case "growth-due", "growth-orgs":
		m.label = "ratio of cost, the greater / the smaller"
	}
	return m
}

func (m metric) value(v float64) string { return fmt.Sprintf(m.format, v) }

// spread prints the median and, in brackets, the least and the most; of one value that alone.
func (m metric) spread(values []float64) string {
	if len(values) == 0 {
		return ""
	}
	if len(values) == 1 {
		return m.value(values[0])
	}
	return fmt.Sprintf("%s (%s-%s)", m.value(median(values)), m.value(slices.Min(values)), m.value(slices.Max(values)))
}

package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"runtime"
	"strings"
	"time"
)

// Machine tells where the figures come from: they mean nothing beside another machine's.
type Machine struct {
	At       time.Time
	Cores    int
	CPU      string
	Load     string // the system's load averages at the start: above 0 somebody else was working, too
	OS       string
	Go       string
	Postgres string
}

func (b *bench) facts() Machine {
	m := Machine{
		At: time.Now().UTC().Truncate(time.Second), Cores: runtime.NumCPU(), CPU: "unknown", OS: runtime.GOOS + "/" + runtime.GOARCH,
		Go: runtime.Version(), Postgres: b.server.Version,
	}
	if text, err := os.ReadFile("/proc/loadavg"); err == nil {
		m.Load = strings.Join(strings.Fields(string(text))[:3], " ")
	}
	if f, err := os.Open("/proc/cpuinfo"); err == nil {
		defer f.Close()
		for lines := bufio.NewScanner(f); lines.Scan(); {
			if name, value, _ := strings.Cut(lines.Text(), ":"); strings.TrimSpace(name) == "model name" {
				m.CPU = strings.TrimSpace(value)
			}
		}
	}
	return m
}

// line is all of it in one line.
func (m Machine) line() string {
	return fmt.Sprintf("%s: %d cores (%s), load %s, %s, Postgres %s (fsync on), %s", m.At.Format("2006-01-02 15:04 UTC"), m.Cores, m.CPU, m.Load, m.Go,
		m.Postgres, m.OS)
}

// hot is the share of the ledger's updates that touched no index.
func (w *watch) hot(ctx context.Context) (share float64, err error) {
	w.made++
	err = w.conn.QueryRow(ctx, `
		SELECT coalesce(n_tup_hot_upd::float8 / nullif(n_tup_upd, 0), 0)
		  FROM pg_stat_user_tables
		 WHERE schemaname = 'ghexport' AND relname = 'exports'`).Scan(&share)
	return share, err
}

package main

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// busy holds what the whole machine has used so far, and what this run has.
type busy struct {
	at       time.Time
	all, own time.Duration
}

// busy adds up. The machine's part is 0 where the system has no /proc.
func (b *bench) busy() busy {
	now := busy{at: time.Now()}
	text, err := os.ReadFile("/proc/stat")
	if err != nil {
		return now
	}
	line, _, _ := strings.Cut(string(text), "\n")
	for i, field := range strings.Fields(line) { // cpu user nice system idle iowait irq softirq
		if i == 0 || i == 4 || i == 5 || i > 7 {
			continue
		}
		ticks, _ := strconv.ParseInt(field, 10, 64)
		now.all += time.Duration(ticks) * clockTick
	}
	used := cpu(b.server)
	now.own = used.Process + used.Postgres
	var use syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_CHILDREN, &use) == nil {
		now.own += time.Duration(use.Utime.Nano() + use.Stime.Nano())
	}
	return now
}

// others returns how many cores somebody else used since.
func (now busy) others(since busy) float64 {
	took := now.at.Sub(since.at)
	if now.all == 0 || took <= 0 {
		return 0
	}
	return max(float64((now.all-since.all)-(now.own-since.own))/float64(took), 0)
}

// postmaster is the server's process; 0 where nobody knows.
func postmaster(dir string) int {
	text, err := os.ReadFile(filepath.Join(dir, "data", "postmaster.pid"))
	if err != nil {
		return 0
	}
	line, _, _ := strings.Cut(string(text), "\n")
	pid, _ := strconv.Atoi(strings.TrimSpace(line))
	return pid
}

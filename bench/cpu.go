package main

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/interviewing-io/greenhouse-export/store/storetest"
)

// CPU is processor time: of this process, which is service, simulator and measurement together, of Postgres with all its children, and
// of a process that does a part of a peer's work. The latter two are 0 where the system has no /proc.
type CPU struct {
	Process, Postgres, Helper time.Duration
}

func cpu(server *storetest.Server) CPU {
	var use syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &use); err != nil {
		return CPU{}
	}
	used := CPU{Process: time.Duration(use.Utime.Nano() + use.Stime.Nano())}
	if pid := postmaster(server.Dir); pid != 0 {
		used.Postgres = treeCPU(pid)
	}
	return used
}

// since returns what was used meanwhile, never less than nothing.
func (c CPU) since(b CPU) CPU {
	return CPU{max(c.Process-b.Process, 0), max(c.Postgres-b.Postgres, 0), max(c.Helper-b.Helper, 0)}
}

// clockTick is the unit of /proc/PID/stat. It is 10 ms on every Linux that Go runs on.
const clockTick = 10 * time.Millisecond

// treeCPU adds up a process, the children that it has buried, and those that live. A child that is buried between two looks would be
// counted twice or not at all, and the difference of two such sums could be negative: so it looks again where that happened.
func treeCPU(pid int) time.Duration {
	path := filepath.Join("/proc", strconv.Itoa(pid), "stat")
	var ticks int64
	for range 20 {
		own, ok := procStat(path)
		if !ok {
			return 0
		}
		ticks = own.self + own.buried
		stats, _ := filepath.Glob("/proc/[0-9]*/stat") // the pattern is well formed
		for _, stat := range stats {
			if child, ok := procStat(stat); ok && child.parent == pid {
				ticks += child.self
			}
		}
		if again, ok := procStat(path); ok && again.buried == own.buried {
			break
		}
	}
	return time.Duration(ticks) * clockTick
}

type procTimes struct {
	parent       int
	self, buried int64 // ticks
}

// procStat reads a process's times: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
func procStat(path string) (t procTimes, ok bool) {
	text, err := os.ReadFile(path)
	if err != nil { // it has ended meanwhile
		return t, false
	}
	_, rest, found := strings.Cut(string(text), ") ") // the name may hold anything
	fields := strings.Fields(rest)
	if !found || len(fields) < 15 {
		return t, false
	}
	number := func(field int) int64 { // fields are numbered from 3 after the name
		n, _ := strconv.ParseInt(fields[field-3], 10, 64)
		return n
	}
	return procTimes{int(number(4)), number(14) + number(15), number(16) + number(17)}, true
}

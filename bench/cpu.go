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

// CPU is processor time: of this process, which is service, simulator and measurement together, and of Postgres with all its children.
type CPU struct {
	Process  time.Duration
	Postgres time.Duration // 0 where the system has no /proc
}

func cpu(server *storetest.Server) CPU {
	var use syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &use); err != nil {
		return CPU{}
	}
	return CPU{
		Process:  time.Duration(use.Utime.Nano() + use.Stime.Nano()),
		Postgres: postgresCPU(filepath.Join(server.Dir, "data", "postmaster.pid")),
	}
}

func (c CPU) since(b CPU) CPU { return CPU{c.Process - b.Process, c.Postgres - b.Postgres} }

// clockTick is the unit of /proc/PID/stat. It is 10 ms on every Linux that Go runs on.
const clockTick = 10 * time.Millisecond

// postgresCPU adds up the postmaster, the children that it has buried, and those that live.
func postgresCPU(pidFile string) time.Duration {
	text, err := os.ReadFile(pidFile)
	if err != nil {
		return 0
	}
	pid, _, _ := strings.Cut(string(text), "\n")
	own, ok := procStat(filepath.Join("/proc", pid, "stat"))
	if !ok {
		return 0
	}
	ticks := own.self + own.buried
	stats, _ := filepath.Glob("/proc/[0-9]*/stat") // the pattern is well formed
	for _, path := range stats {
		if child, ok := procStat(path); ok && child.parent == pid {
			ticks += child.self
		}
	}
	return time.Duration(ticks) * clockTick
}

type procTimes struct {
	parent       string
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
	return procTimes{fields[1], number(14) + number(15), number(16) + number(17)}, true
}

//go:build unix

package main

import (
	"os"
	"syscall"
)

// moreSignals are the signals that change how much the log says.
func moreSignals() []os.Signal { return []os.Signal{syscall.SIGUSR1} }

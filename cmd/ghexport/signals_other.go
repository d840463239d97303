//go:build !unix

package main

import "os"

// moreSignals are the signals that change how much the log says: there are none here.
func moreSignals() []os.Signal { return nil }

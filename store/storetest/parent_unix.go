//go:build unix && !linux

package storetest

import "os/exec"

// dieWithParent can do nothing here: a server whose parent was killed is stopped by the next Start.
func dieWithParent(*exec.Cmd) {}

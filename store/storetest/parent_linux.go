package storetest

import (
	"os/exec"
	"syscall"
)

// dieWithParent has Linux stop the child when we die, even of SIGKILL. SIGINT is Postgres's fast stop.
func dieWithParent(cmd *exec.Cmd) { cmd.SysProcAttr.Pdeathsig = syscall.SIGINT }

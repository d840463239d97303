//go:build unix

package main

import (
	"errors"
	"os"
	"os/exec"
	"syscall"
)

// detach keeps Ctrl-C in a terminal from reaching the child: we end it when its work is done.
func detach(cmd *exec.Cmd) {
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	cmd.SysProcAttr.Setpgid = true
}

// tryLock takes the lock of an open file unless another process has it. The kernel gives it back however we end.
func tryLock(f *os.File) (bool, error) {
	err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return false, nil
	}
	return err == nil, err
}

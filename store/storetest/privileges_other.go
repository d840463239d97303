//go:build !unix

package storetest

import (
	"errors"
	"os"
	"os/exec"
)

func runAs(*exec.Cmd, *account) {}

func dieWithParent(*exec.Cmd) {}

func killGroup(p *os.Process) error { return p.Kill() }

func tryLock(*os.File) (bool, error) {
	return false, errors.New("a private Postgres can be started on Linux and macOS only: set DATABASE_URL to one that runs")
}

func isOurs(os.FileInfo) bool { return false }

//go:build !unix

package main

import (
	"errors"
	"os"
	"os/exec"
)

func detach(*exec.Cmd) {}

func tryLock(*os.File) (bool, error) {
	return false, errors.New("the demo runs on Linux and macOS only")
}

package storetest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
)

// account is the user that Postgres runs as in our stead. A nil account is the user that we are.
type account struct {
	name     string
	uid, gid int
}

// unprivileged picks that user: ourselves, or for root (as which Postgres refuses to run) the user postgres, else nobody.
func unprivileged() (*account, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, uidErr := strconv.Atoi(u.Uid)
		gid, gidErr := strconv.Atoi(u.Gid)
		if uidErr == nil && gidErr == nil && uid != 0 {
			return &account{name: name, uid: uid, gid: gid}, nil
		}
	}
	return nil, errors.New("postgres does not run as root, and this machine has neither a user postgres nor a user nobody to run it as")
}

// command is a command of this user's in the folder dir. It sees none of our environment, so that PGDATA and its like cannot lead it
// astray, and is of a process group of its own, so that Ctrl-C in a terminal reaches us and not it.
func (a *account) command(ctx context.Context, dir, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = dir
	cmd.Env = []string{"HOME=" + dir, "PATH=" + os.Getenv("PATH"), "LC_ALL=C", "TZ=UTC"}
	if libraries, ok := os.LookupEnv("LD_LIBRARY_PATH"); ok {
		cmd.Env = append(cmd.Env, "LD_LIBRARY_PATH="+libraries)
	}
	runAs(cmd, a)
	cmd.Cancel = func() error { return killGroup(cmd.Process) }
	return cmd
}

// own gives a file of ours to this user.
func (a *account) own(path string) error {
	if a == nil {
		return nil
	}
	if err := os.Chown(path, a.uid, a.gid); err != nil {
		return fmt.Errorf("give %s to user %s: %w", path, a.name, err)
	}
	return nil
}

// canEnter tells whether this user reaches the folder, by having it go there. The bits of its modes would leave out access lists.
func (a *account) canEnter(ctx context.Context, dir string) bool {
	return a.command(ctx, dir, "/bin/sh", "-c", ":").Run() == nil
}

// parentFolder is dir, made where it is missing, or the temporary folder where Postgres's user cannot reach dir: a project under
// /root, say.
func parentFolder(ctx context.Context, dir string, a *account, log io.Writer) (string, error) {
	if dir != "" {
		abs, err := filepath.Abs(dir)
		if err != nil {
			return "", fmt.Errorf("folder for data: %w", err)
		}
		if err := os.MkdirAll(abs, 0o755); err != nil {
			return "", fmt.Errorf("folder for data: %w", err)
		}
		if a.canEnter(ctx, abs) {
			return abs, nil
		}
		if err := ctx.Err(); err != nil {
			return "", fmt.Errorf("folder for data: %w", context.Cause(ctx))
		}
		fmt.Fprintf(log, "%s is out of reach for user %s: the data goes to %s\n", abs, a, os.TempDir())
	}
	if temp := os.TempDir(); a.canEnter(ctx, temp) {
		return temp, nil
	}
	return "", fmt.Errorf("folder for data: user %s cannot reach %s", a, os.TempDir())
}

func (a *account) String() string {
	if a == nil {
		return strconv.Itoa(os.Geteuid())
	}
	return a.name
}

package storetest

import (
	"bufio"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// startChild runs this test binary as a process of its own, as childEnv says, with a server in dir, and returns the server's address
// and folder.
func startChild(t *testing.T, how, dir string) (cmd *exec.Cmd, address, folder string) {
	t.Helper()
	binary, err := os.Executable()
	require.NoError(t, err)
	cmd = exec.Command(binary)
	cmd.Env = append(os.Environ(), childEnv+"="+how, "TMPDIR="+dir, EnvURL+"=", EnvKeep+"=")
	cmd.Stderr = os.Stderr
	_, err = cmd.StdinPipe() // held open: the child waits on it
	require.NoError(t, err)
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		cmd.Process.Kill() //nolint:errcheck // most tests have killed it
		cmd.Wait()         //nolint:errcheck // it was killed
	})
	lines := bufio.NewReader(out)
	for _, value := range []*string{&address, &folder} {
		line, err := lines.ReadString('\n')
		require.NoError(t, err, "the child's server did not start")
		*value = strings.TrimSpace(line)
	}
	return cmd, address, folder
}

func TestStart_AfterAKill(t *testing.T) {
	t.Parallel()
	dir := sharedDir(t)
	_, living, livingFolder := startChild(t, "Start", dir)
	cmd, address, folder := startChild(t, "Start", dir)
	conn, err := pgx.Connect(t.Context(), address)
	require.NoError(t, err)
	defer conn.Close(t.Context()) //nolint:errcheck // its server is gone

	require.NoError(t, cmd.Process.Kill())
	if runtime.GOOS == "linux" { // it ends with its parent; elsewhere the next start ends it
		_, err = conn.Exec(t.Context(), "SELECT pg_sleep(60)")
		require.Error(t, err)
	}
	cmd.Wait() //nolint:errcheck // it was killed
	assert.DirExists(t, folder)

	startServer(t, ServerConfig{Dir: dir})
	assert.NoDirExists(t, folder)
	assert.NoFileExists(t, folder+lockSuffix)
	_, err = pgx.Connect(t.Context(), address)
	require.Error(t, err)
	assert.DirExists(t, livingFolder, "a living process keeps its folder")
	assert.Equal(t, 1, query[int](t, living, "SELECT 1"))
}

func TestRun_Interrupted(t *testing.T) {
	t.Parallel()
	dir := sharedDir(t)
	cmd, address, _ := startChild(t, "Run", dir)
	require.NoError(t, cmd.Process.Signal(os.Interrupt))
	var exit *exec.ExitError
	require.ErrorAs(t, cmd.Wait(), &exit)
	assert.Equal(t, 130, exit.ExitCode())
	_, err := pgx.Connect(t.Context(), address)
	require.Error(t, err)
	left, err := os.ReadDir(dir)
	require.NoError(t, err)
	assert.Empty(t, left)
}

func TestRemoveStale(t *testing.T) {
	t.Parallel()

	t.Run("StopsAServerThatOutlivedItsParent", func(t *testing.T) {
		t.Parallel()
		server := startServer(t, ServerConfig{})
		require.NoError(t, server.folder.lock.Close(), "as the kernel does when the owner dies")
		require.NoError(t, removeStale(t.Context(), filepath.Dir(server.Dir), io.Discard))
		assert.NoDirExists(t, server.Dir)
		select {
		case <-server.process.exited:
		case <-time.After(stopLimit):
			t.Fatalf("the stale server still runs after %s", stopLimit)
		}
		server.folder.lock = nil
	})

	t.Run("LeavesAProcessAloneThatGotTheServersID", func(t *testing.T) {
		t.Parallel()
		stranger := exec.Command("/bin/sh", "-c", "read line; exit 7")
		stdin, err := stranger.StdinPipe()
		require.NoError(t, err)
		require.NoError(t, stranger.Start())

		left, err := claimFolder(sharedDir(t), nil)
		require.NoError(t, err)
		require.NoError(t, os.Mkdir(filepath.Join(left.path, "data"), 0o700))
		pidFile := filepath.Join(left.path, "data", "postmaster.pid")
		require.NoError(t, os.WriteFile(pidFile, []byte(strconv.Itoa(stranger.Process.Pid)+"\n"), 0o600))
		require.NoError(t, left.lock.Close())
		require.NoError(t, removeStale(t.Context(), filepath.Dir(left.path), io.Discard))
		assert.NoDirExists(t, left.path)

		require.NoError(t, stdin.Close())
		var exit *exec.ExitError
		require.ErrorAs(t, stranger.Wait(), &exit)
		assert.Equal(t, 7, exit.ExitCode(), "it ended by itself")
	})

	t.Run("KeepsTheFolderOfALivingOwner", func(t *testing.T) {
		t.Parallel()
		mine, err := claimFolder(sharedDir(t), nil)
		require.NoError(t, err)
		require.NoError(t, removeStale(t.Context(), filepath.Dir(mine.path), io.Discard))
		assert.DirExists(t, mine.path)
		require.NoError(t, mine.remove())
		require.NoError(t, mine.remove(), "safe to repeat")
		assert.NoDirExists(t, mine.path)
	})

	t.Run("FollowsNoLinkThatSomebodyPlanted", func(t *testing.T) {
		t.Parallel()
		dir, precious := sharedDir(t), filepath.Join(sharedDir(t), "precious")
		require.NoError(t, os.WriteFile(precious, nil, 0o600))
		planted := filepath.Join(dir, folderPrefix+"1-planted"+lockSuffix)
		require.NoError(t, os.Symlink(precious, planted))
		require.NoError(t, removeStale(t.Context(), dir, io.Discard))
		assert.FileExists(t, precious)
		_, err := os.Lstat(planted)
		assert.NoError(t, err)
	})
}

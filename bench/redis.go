package main

import (
	"context"
	"fmt"
	"net"
	"os/exec"
	"strconv"
)

// missingRedis tells why asynq cannot run.
func missingRedis() error {
	if _, err := exec.LookPath("redis-server"); err != nil {
		return fmt.Errorf("no redis-server on the PATH (Debian's package has that name)")
	}
	return nil
}

// startRedis starts a private server in dir that writes each command down before it answers, as Postgres does. A shell stands between,
// which ends it when our end of the pipe closes.
func startRedis(ctx context.Context, dir string) (c *child, address string, err error) {
	var config net.ListenConfig
	l, err := config.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, "", err
	}
	port := l.Addr().(*net.TCPAddr).Port
	address = l.Addr().String()
	if err := l.Close(); err != nil {
		return nil, "", err
	}
	const script = `redis-server "$@" & server=$!
		until redis-cli -p "$2" ping >/dev/null 2>&1; do kill -0 $server 2>/dev/null || exit 1; sleep 0.02; done
		echo ready; read -r _; kill $server; wait $server; exit 0`
	command := exec.Command("sh", "-c", script, "sh", "--port", strconv.Itoa(port), "--bind", "127.0.0.1", "--dir", dir,
		"--save", "", "--appendonly", "yes", "--appendfsync", "always", "--loglevel", "warning", "--logfile", "redis.log")
	c, err = startChild(command, "ready")
	return c, address, err
}

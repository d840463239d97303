package storetest

import (
	"context"
	"crypto/rand"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/store/rights"
)

// dropLimit bounds the removal of a test's database.
const dropLimit = 30 * time.Second

// DB is a migrated database of one test.
type DB struct {
	Name       string
	URL        string // as its owner, who is no superuser
	ServiceURL string // as a role with the rights of `ghexport grant --service`: what the service itself is to use
	AdminURL   string // as the server's superuser, for what a test does to a server, such as ending a connection

	cluster cluster
	mu      sync.Mutex
	roles   []string // made by Role
}

// NewDB copies a database from the migrated template. It is dropped with whatever is connected to it when the test passes, and kept,
// its address in the test's log, when the test fails. The package's TestMain must call [Run].
func NewDB(t testing.TB) *DB {
	t.Helper()
	c, template, err := shared.ready(t.Context())
	require.NoError(t, err)
	name := "test_" + identifier(t.Name()) + "_" + letters()
	db := &DB{
		Name: name, URL: c.url(ownerRole, name), ServiceURL: c.url(serviceRole, name), AdminURL: c.superURL(name),
		cluster: c,
	}
	err = c.connect(t.Context(), "", func(conn *pgx.Conn) error {
		// FILE_COPY is about twice as fast as WAL_LOG here, where no disk is waited for.
		_, err := conn.Exec(t.Context(), "CREATE DATABASE "+quote(name)+" OWNER "+quote(ownerRole)+
			" TEMPLATE "+quote(template)+" STRATEGY FILE_COPY")
		return err
	})
	require.NoError(t, err, "copy the template database")
	t.Cleanup(func() { db.release(t) })
	return db
}

// release drops the database and its roles, or tells where to find them.
func (db *DB) release(t testing.TB) {
	t.Helper()
	if t.Failed() {
		t.Logf("database kept %s: %s", shared.keep(), db.URL)
		return
	}
	// The test's own context has ended by the time its clean-up runs.
	ctx, cancel := context.WithTimeoutCause(context.Background(), dropLimit, fmt.Errorf("drop took longer than %s", dropLimit))
	defer cancel()
	err := db.cluster.connect(ctx, "", func(conn *pgx.Conn) error {
		if _, err := conn.Exec(ctx, "DROP DATABASE "+quote(db.Name)+" WITH (FORCE)"); err != nil {
			return err
		}
		for _, role := range db.roles { // its rights went with the database
			if _, err := conn.Exec(ctx, "DROP ROLE "+quote(role)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Errorf("drop database %s: %v", db.Name, err)
	}
}

// Pool connects as the owner. It is closed when the test ends.
func (db *DB) Pool(t testing.TB) *pgxpool.Pool {
	t.Helper()
	pool, err := pgxpool.New(t.Context(), db.URL)
	require.NoError(t, err)
	t.Cleanup(pool.Close)
	return pool
}

// Role makes a login role of its own with the rights of `ghexport grant --KIND`, or with none where kind is empty, and returns the
// database's address for it. The role is dropped with the database.
func (db *DB) Role(t testing.TB, kind rights.GrantKind) string {
	t.Helper()
	ctx := t.Context()
	role := "test_" + string(kind) + "_" + letters()
	err := db.cluster.connect(ctx, "", func(conn *pgx.Conn) error { return db.cluster.ensureLogin(ctx, conn, role) })
	require.NoError(t, err)
	db.mu.Lock()
	db.roles = append(db.roles, role)
	db.mu.Unlock()
	if kind != "" {
		grants, err := rights.GrantSQL(kind, role)
		require.NoError(t, err)
		require.NoError(t, db.cluster.execAs(ctx, ownerRole, db.Name, grants), "grant --%s", kind)
	}
	return db.cluster.url(role, db.Name)
}

// letters are random and need no quoting in SQL.
func letters() string { return strings.ToLower(rand.Text()[:10]) }

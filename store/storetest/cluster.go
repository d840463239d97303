package storetest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/url"
	"strings"

	"github.com/jackc/pgx/v5"
)

// ownerRole owns every database of ours. It is no superuser and may create neither databases nor roles: a migration that needs more
// than a company's ordinary Postgres gives fails here first.
const ownerRole = "ghexport_owner"

// cluster is a Postgres that we may do anything on.
type cluster struct {
	admin *url.URL // of a superuser, naming the database from which others are made
}

func newCluster(adminURL string) (cluster, error) {
	u, err := url.Parse(adminURL)
	if err != nil || u.Host == "" || u.User == nil {
		// The text of err would repeat the address, password and all.
		return cluster{}, fmt.Errorf("the address of a test server must look like postgres://USER:PASSWORD@HOST:PORT/DATABASE")
	}
	return cluster{admin: u}, nil
}

// superURL is the superuser's address of a database.
func (c cluster) superURL(database string) string {
	u := *c.admin
	u.Path = "/" + database
	return u.String()
}

// url is the address of a database for a role that ensureLogin made.
func (c cluster) url(role, database string) string {
	u := *c.admin
	u.Path = "/" + database
	u.User = url.UserPassword(role, c.password(role))
	return u.String()
}

// password follows from the superuser's, so that processes which share a server agree on it without a word.
func (c cluster) password(role string) string {
	secret, _ := c.admin.User.Password()
	sum := sha256.Sum256([]byte(role + " " + secret))
	return hex.EncodeToString(sum[:16])
}

// connect runs do on a connection of the superuser's to a database.
func (c cluster) connect(ctx context.Context, database string, do func(*pgx.Conn) error) error {
	address := c.admin.String()
	if database != "" {
		address = c.superURL(database)
	}
	conn, err := pgx.Connect(ctx, address)
	if err != nil {
		return fmt.Errorf("connect as superuser: %w", err)
	}
	defer conn.Close(context.WithoutCancel(ctx)) //nolint:errcheck // nothing is pending
	return do(conn)
}

// ensureLogin makes an ordinary role that can log in. Two callers with the same role must take turns.
func (c cluster) ensureLogin(ctx context.Context, conn *pgx.Conn, role string) error {
	verb := "CREATE"
	var exists bool
	if err := conn.QueryRow(ctx, "SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1)", role).Scan(&exists); err != nil {
		return fmt.Errorf("look for role %s: %w", role, err)
	}
	if exists {
		verb = "ALTER"
	}
	_, err := conn.Exec(ctx, verb+" ROLE "+quote(role)+" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD '"+c.password(role)+"'")
	if err != nil {
		return fmt.Errorf("make role %s: %w", role, err)
	}
	return nil
}

func quote(name string) string { return pgx.Identifier{name}.Sanitize() }

// CreateDatabase makes an empty database that belongs to an ordinary role, and returns its address for that role, which may migrate
// it and grant rights on it. It fails where the database exists.
func (s *Server) CreateDatabase(ctx context.Context, name string) (ownerURL string, err error) {
	c, err := newCluster(s.URL(adminRole))
	if err != nil {
		return "", err
	}
	s.making.Lock()
	defer s.making.Unlock()
	err = c.connect(ctx, "", func(conn *pgx.Conn) error {
		if err := c.ensureLogin(ctx, conn, ownerRole); err != nil {
			return err
		}
		if _, err := conn.Exec(ctx, "CREATE DATABASE "+quote(name)+" OWNER "+quote(ownerRole)); err != nil {
			return fmt.Errorf("create database %s: %w", name, err)
		}
		return nil
	})
	return c.url(ownerRole, name), err
}

// CreateLogin makes a role without any rights but to log in, and returns the address of a database for it. Safe to call twice.
func (s *Server) CreateLogin(ctx context.Context, role, database string) (roleURL string, err error) {
	c, err := newCluster(s.URL(adminRole))
	if err != nil {
		return "", err
	}
	s.making.Lock()
	defer s.making.Unlock()
	err = c.connect(ctx, "", func(conn *pgx.Conn) error { return c.ensureLogin(ctx, conn, role) })
	return c.url(role, database), err
}

// identifier makes a name for a database or role out of any text: lower case, short, without a character that needs quoting.
func identifier(text string) string {
	const longest = 40 // Postgres cuts names at 63 bytes, and ours get a prefix and random letters
	name := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return '_'
	}, strings.ToLower(text))
	return name[:min(len(name), longest)]
}

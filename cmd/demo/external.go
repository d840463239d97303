package main

import (
	"context"
	"fmt"
	"net/url"

	"github.com/jackc/pgx/v5"
)

// useDatabase makes schema ghexport and two roles in somebody's database, all of which go when the demo ends. It refuses a database
// that has such a schema already: starting an exporter on real data would send real people to a simulator.
func useDatabase(ctx context.Context, address string, out *terminal) (*database, error) {
	conn, err := pgx.Connect(ctx, address)
	if err != nil {
		return nil, fmt.Errorf("DATABASE_URL: %w", err) // pgx leaves the password out
	}
	g := &guest{conn: conn, address: address, name: conn.Config().Database}
	db, err := g.moveIn(ctx, out)
	if err != nil {
		conn.Close(context.WithoutCancel(ctx)) //nolint:errcheck // the first error says more
		return nil, err
	}
	return db, nil
}

func canConnect(ctx context.Context, addresses ...string) error {
	for _, address := range addresses {
		conn, err := pgx.Connect(ctx, address)
		if err != nil {
			return err
		}
		if err := conn.Close(ctx); err != nil {
			return err
		}
	}
	return nil
}

// asRole is the address for another user, in either form that DATABASE_URL may have.
func asRole(address, role, password string) string {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "postgres" && u.Scheme != "postgresql" {
		return address + " user=" + role + " password=" + password // of a keyword that is given twice the last counts
	}
	u.User = url.UserPassword(role, password)
	q := u.Query()
	q.Del("user")
	q.Del("password")
	u.RawQuery = q.Encode()
	return u.String()
}

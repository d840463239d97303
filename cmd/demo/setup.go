package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
	"golang.org/x/crypto/bcrypt"
)

// The console's login, and the ports where they are free.
const (
	demoUser      = "demo"
	demoPassword  = "demo"
	consolePort   = 8080
	simulatorPort = 8081
)

// setUp starts the parts and says what they are. What it started it notes in undo, also when it fails.
func setUp(ctx context.Context, o options, f *folder, out *terminal, undo *undoing) (st *stage, serve *service, db *database, err error) {
	path, err := findGhexport(ctx, o.ghexport, f.path, out)
	if err != nil {
		return nil, nil, nil, err
	}
	if db, err = openDatabase(ctx, f.path, out); err != nil {
		return nil, nil, nil, err
	}
	undo.add(db.remove)
	out.printf("  Postgres    %s\n", db.about)
	sim, err := startSimulator(ctx, simulatorPort)
	if err != nil {
		return nil, nil, nil, err
	}
	undo.add(sim.stop)
	out.printf("  Greenhouse  simulated, %s\n", sim.url)

	g, err := prepare(ctx, ghexport{path: path, env: environment()}, db, sim, out)
	if err != nil {
		return nil, nil, nil, err
	}
	out.progress("starting ghexport serve")
	if serve, err = startService(ctx, g, f, consolePort); err != nil {
		return nil, nil, nil, err
	}
	undo.add(serve.stop)
	out.printf("  ghexport    serving, %s (log: %s)\n", serve.url, shorten(serve.log))

	producer, err := pgx.Connect(ctx, db.producer)
	if err != nil {
		return nil, nil, nil, fmt.Errorf("connect as a producer: %w", err)
	}
	undo.add(func() error { return producer.Close(context.WithoutCancel(ctx)) })
	return &stage{sim: sim, ghexport: g.with("GHEXPORT_PUBLIC_URL=" + serve.url), producer: producer, out: out}, serve, db, nil
}

// prepare migrates and grants as the owner, makes a keyset, and returns ghexport as the service's role runs it.
func prepare(ctx context.Context, g ghexport, db *database, sim *simulator, out *terminal) (ghexport, error) {
	out.progress("migrating the database")
	owner := g.with("DATABASE_URL=" + db.owner)
	if _, err := owner.run(ctx, "", "migrate", "up"); err != nil {
		return g, err
	}
	for kind, address := range map[string]string{"--service": db.service, "--producer": db.producer} {
		if address == db.owner {
			continue // it may do everything already
		}
		config, err := pgx.ParseConfig(address)
		if err != nil {
			return g, err
		}
		if _, err := owner.run(ctx, "", "grant", kind, config.User); err != nil {
			return g, err
		}
	}
	keyset, err := g.run(ctx, "", "keyset", "new")
	if err != nil {
		return g, err
	}
	hash, err := bcrypt.GenerateFromPassword([]byte(demoPassword), bcrypt.DefaultCost)
	if err != nil {
		return g, fmt.Errorf("hash the console's password: %w", err)
	}
	return g.with(
		"DATABASE_URL="+db.service,
		"GREENHOUSE_BASE_URL="+sim.url,
		"GHEXPORT_KEYSET="+strings.TrimSpace(keyset),
		"GHEXPORT_CONSOLE_USERS="+demoUser+":"+string(hash)+":admin",
		"GHEXPORT_LINK_SECRET="+rand.Text()+rand.Text(),
		"GHEXPORT_ACTOR="+demoUser,
	), nil
}

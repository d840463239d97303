package jobs_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/jobs"
	"github.com/interviewing-io/greenhouse-export/store/rights"
	"github.com/interviewing-io/greenhouse-export/store/storetest"
)

// recipeTables are those of the recipes in docs/producers.md, with an interview whose candidate is asked, and one of a candidate whose
// email is none.
const recipeTables = `
	CREATE SCHEMA product;
	CREATE TABLE product.interviews (
		id text PRIMARY KEY, org_id text NOT NULL, candidate_id text NOT NULL, name text, email text, started_at timestamptz NOT NULL,
		interviewer_advances boolean, candidate_continues boolean, version bigint NOT NULL DEFAULT 0
	);
	INSERT INTO product.interviews (id, org_id, candidate_id, name, email, started_at, interviewer_advances) VALUES
		('iv_123', 'acme', 'cand_9', 'Ada King Lovelace', 'ada@example.com', '2017-09-28T17:00:00Z', true),
		('iv_bad', 'acme', 'cand_7', 'Grace Hopper', 'grace at example.com', '2017-09-28T17:00:00.123456Z', true)`

// recipes are programs around the recipes: they take the decisions that their arguments name, and print the SQLSTATE of a refusal.
var recipes = map[string]struct {
	block   string
	program string
	command func(t *testing.T, program string) *exec.Cmd // nil where the language or its driver is not installed, and need not be
}{
	"Psycopg": {"python", `
import json, os, sys, psycopg, psycopg.rows
%s
conn = psycopg.connect(os.environ["DATABASE_URL"])
for interview in sys.argv[1:]:
    try:
        decide(conn, interview, True)
    except psycopg.errors.InvalidParameterValue as refused:
        print(refused.sqlstate, refused.diag.message_primary)
`, pythonCommand},
	"Ruby": {"ruby", `
require "json"
require "pg"
require "time"
%s
conn = PG.connect(ENV["DATABASE_URL"])
ARGV.each do |interview|
  decide(conn, interview, true)
rescue PG::InvalidParameterValue => refused
  puts refused.result.error_field(PG::Result::PG_DIAG_SQLSTATE) + " " + refused.result.error_field(PG::Result::PG_DIAG_MESSAGE_PRIMARY)
end
`, rubyCommand},
	"JDBC": {"java", `
import java.net.URI;
import java.sql.*;

class Recipe {
%s
  public static void main(String[] interviews) throws Exception {
    var url = URI.create(System.getenv("DATABASE_URL"));
    var user = url.getUserInfo().split(":");
    try (var conn = DriverManager.getConnection("jdbc:postgresql://" + url.getAuthority().split("@")[1] + url.getPath(), user[0], user[1])) {
      for (var interview : interviews) {
        try {
          decide(conn, interview, true);
        } catch (SQLException refused) {
          System.out.println(refused.getSQLState() + " " + ((org.postgresql.util.PSQLException) refused).getServerErrorMessage().getMessage());
        }
      }
    }
  }
}
`, javaCommand},
	"NodePostgres": {"js", `
const { Client } = require("pg");
%s
(async () => {
  const client = new Client({ connectionString: process.env.DATABASE_URL });
  await client.connect();
  for (const interview of process.argv.slice(1)) {
    try {
      await decide(client, interview, true);
    } catch (refused) {
      if (refused.code !== "22023") throw refused;
      console.log(refused.code, refused.message);
    }
  }
  await client.end();
})();
`, nodeCommand},
}

// TestRecipes runs what docs/producers.md recommends, with the drivers themselves, as a role that has a producer's rights.
func TestRecipes(t *testing.T) {
	t.Parallel()
	documented := file(t, "../docs/producers.md")
	for name, recipe := range recipes {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			code := block(t, documented, recipe.block)
			cmd := recipe.command(t, fmt.Sprintf(recipe.program, code))
			if cmd == nil {
				return
			}
			owner, address := recipeDatabase(t)
			cmd.Args = append(cmd.Args, "iv_123", "iv_bad")
			cmd.Env = append(os.Environ(), "DATABASE_URL="+address)
			out, err := cmd.CombinedOutput()
			require.NoError(t, err, "%s", out)
			assert.Equal(t, "22023 interview result refused: candidate.email: must be an email address", strings.TrimSpace(string(out)))
			requireHandedOver(t, owner)
		})
	}
	t.Run("SQL", func(t *testing.T) {
		t.Parallel()
		owner, address := recipeDatabase(t)
		_, err := connect(t, address).Exec(t.Context(), block(t, documented, "sql"))
		require.NoError(t, err)
		requireHandedOver(t, owner)
	})
}

func recipeDatabase(t *testing.T) (owner *pgxpool.Pool, address string) {
	t.Helper()
	db := storetest.NewDB(t)
	owner, address = db.Pool(t), db.Role(t, rights.GrantProducer)
	u, err := url.Parse(address)
	require.NoError(t, err)
	to := pgx.Identifier{u.User.Username()}.Sanitize()
	_, err = owner.Exec(t.Context(), recipeTables+"; GRANT USAGE ON SCHEMA product TO "+to+"; GRANT ALL ON ALL TABLES IN SCHEMA product TO "+to)
	require.NoError(t, err)
	return owner, address
}

// requireHandedOver wants the one message of both yes, and nothing saved of the refused one.
func requireHandedOver(t *testing.T, owner *pgxpool.Pool) {
	t.Helper()
	rows, _ := owner.Query(t.Context(), "SELECT message::text FROM ghexport.outbox")
	messages, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(t, err)
	require.Len(t, messages, 1)
	r, err := jobs.Decode([]byte(messages[0]))
	require.NoError(t, err)
	assert.Equal(t, int64(1), r.Version)
	assert.Equal(t, "2017-09-28T17:00:00Z", r.InterviewedAt.UTC().Format(time.RFC3339Nano))
	assert.Equal(t, "Ada King Lovelace", r.Candidate.FullName)
	would, _ := jobs.Verdict(r)
	assert.Equal(t, jobs.WouldExport, would)
	var raised int64
	require.NoError(t, owner.QueryRow(t.Context(), "SELECT version FROM product.interviews WHERE id = 'iv_bad'").Scan(&raised))
	assert.Zero(t, raised, "a refusal takes the whole change back")
}

// block is the first code block of a language.
func block(t *testing.T, text, language string) string {
	t.Helper()
	_, rest, found := strings.Cut(text, "\n```"+language+"\n")
	require.True(t, found, "docs/producers.md has no block of %s", language)
	code, _, found := strings.Cut(rest, "\n```\n")
	require.True(t, found)
	return code
}

// pythonCommand runs a program with the first Python that has psycopg 3.
func pythonCommand(t *testing.T, program string) *exec.Cmd {
	t.Helper()
	for _, python := range []string{"python3", "/usr/bin/python3"} {
		if exec.CommandContext(t.Context(), python, "-c", "import psycopg").Run() == nil {
			return exec.CommandContext(t.Context(), python, "-c", program)
		}
	}
	require.FailNow(t, "no python3 with psycopg 3 is installed, which runs the recipe of docs/producers.md: apt-get install python3-psycopg")
	return nil
}

// rubyCommand runs a program with the first Ruby that has pg, if any.
func rubyCommand(t *testing.T, program string) *exec.Cmd {
	t.Helper()
	for _, ruby := range []string{"ruby", "/usr/bin/ruby"} {
		if exec.CommandContext(t.Context(), ruby, "-e", `require "pg"`).Run() == nil {
			return exec.CommandContext(t.Context(), ruby, "-e", program, "--")
		}
	}
	return nil
}

// javaCommand runs a program with Java 17 or newer and Debian's driver, where both are installed.
func javaCommand(t *testing.T, program string) *exec.Cmd {
	t.Helper()
	const driver = "/usr/share/java/postgresql.jar"
	java, err := exec.LookPath("java")
	if _, there := os.Stat(driver); err != nil || there != nil {
		return nil
	}
	source := filepath.Join(t.TempDir(), "Recipe.java")
	require.NoError(t, os.WriteFile(source, []byte(program), 0o600))
	return exec.CommandContext(t.Context(), java, "--class-path", driver, source)
}

// nodeCommand runs a program with node and the driver pg, which npm fetches once.
func nodeCommand(t *testing.T, program string) *exec.Cmd {
	t.Helper()
	node, err := exec.LookPath("node")
	require.NoError(t, err, "node is not installed, which runs the recipe of docs/producers.md: apt-get install npm")
	cmd := exec.CommandContext(t.Context(), node, "-e", program, "--")
	cmd.Dir = nodeModules(t)
	return cmd
}

// nodeModules returns a folder of the user's cache with what testdata/node/package-lock.json names, each by its digest. Nothing of it
// is run while it is installed, and whoever finishes first names the folder.
func nodeModules(t *testing.T) string {
	t.Helper()
	npm, err := exec.LookPath("npm")
	require.NoError(t, err, "npm is not installed, which fetches the driver of docs/producers.md's recipe: apt-get install npm")
	lock := file(t, "testdata/node/package-lock.json")
	sum := sha256.Sum256([]byte(lock))
	users, err := os.UserCacheDir()
	require.NoError(t, err)
	cache := filepath.Join(users, "ghexport")
	dir := filepath.Join(cache, "node-"+hex.EncodeToString(sum[:6]))
	if _, err := os.Stat(dir); err == nil {
		return dir
	}
	require.NoError(t, os.MkdirAll(cache, 0o755))
	scratch, err := os.MkdirTemp(cache, "fetch-")
	require.NoError(t, err)
	defer os.RemoveAll(scratch) //nolint:errcheck // a leftover in a cache
	require.NoError(t, os.WriteFile(filepath.Join(scratch, "package.json"), []byte(file(t, "testdata/node/package.json")), 0o644))
	require.NoError(t, os.WriteFile(filepath.Join(scratch, "package-lock.json"), []byte(lock), 0o644))
	const limit = 5 * time.Minute
	ctx, cancel := context.WithTimeoutCause(t.Context(), limit, fmt.Errorf("npm ci took longer than %s", limit))
	defer cancel()
	install := exec.CommandContext(ctx, npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
	install.Dir, install.WaitDelay = scratch, time.Second // npm's own children may hold its output open
	out, err := install.CombinedOutput()
	require.NoError(t, err, "npm ci: %s", out)
	if err := os.Rename(scratch, dir); err != nil {
		require.DirExists(t, dir)
	}
	return dir
}

package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// pages name where the story left something to see.
var pages = []struct{ about, path string }{
	{"two wait for a decision", "/decisions"},
	{"three dead letters, one cause", "/dead"},
	{"why is somebody not there?", "/why?q=iv_108"},
	{"what a webhook told, and links", "/orgs/globex/settings#webhook"},
	{"what to do about a cause", "/runbooks/auth.rejected"},
	{"River's jobs", "/river/"},
}

// invite writes the environment for a shell, and tells what there is to see and to try.
func invite(ctx context.Context, st *stage, f *folder, serve *service, db *database, seen ending) error {
	path := f.file(envName)
	if err := os.WriteFile(path, []byte(shellEnvironment(st.ghexport, db)), 0o600); err != nil {
		return fmt.Errorf("write the environment: %w", err)
	}
	out := st.out
	out.printf("\n%s\n", out.bold("Look"))
	link, err := st.ghexport.run(ctx, "", "org", "link", "initech", "--for", companyOf("initech").createdBy, "--reason", "demo", "--valid", "12h")
	if err != nil {
		return err
	}
	out.printf("  Greenhouse as recruiters see it  %s\n", st.sim.url)
	out.printf("  Console                          %s   login %s, password %s\n", serve.url, demoUser, demoPassword)
	for _, page := range pages {
		out.printf("    %-30s %s%s\n", page.about, serve.url, page.path)
	}
	out.printf("  What initech's own admin sees, who is to hand in a new key (opens once; ghexport org link makes another):\n  %s", link)

	out.printf("\n%s\n", out.bold("Try, in another shell"))
	for _, line := range st.exercises(f, seen) {
		if strings.HasPrefix(line, "#") {
			line = out.dim(line)
		}
		out.printf("  %s\n", line)
	}
	out.printf("\nServing until Ctrl-C.\n")
	return nil
}

// exercises are commands for the reader's shell, each with a line that says what it is about. It prepares what they need.
func (st *stage) exercises(f *folder, seen ending) []string {
	st.sim.ReplaceKey(companyOf("initech").key, initechNewKey) // what initech's administrator does in Greenhouse
	st.sim.RestoreKey(initechNewKey)
	lines := []string{
		"source " + shorten(f.file(envName)),
		"ghexport exports; ghexport dead; ghexport why iv_108",
		"# globex iv_202, the lost reply: Greenhouse has the candidate, so say so",
		fmt.Sprintf(`ghexport resolve %d --reason "found by email" --present \`, seen.id("globex/iv_202")),
		fmt.Sprintf(`  "%s"`, st.sim.profile("globex", "cand_lost")),
		"# acme iv_110: where she and the others stand in Greenhouse; move them on their pages",
		"ghexport track --org acme",
		"# acme iv_109, Ada's second interview: they want a second profile",
		fmt.Sprintf(`ghexport resolve %d --create --reason "another job"`, seen.id("acme/iv_109")),
		"# globex iv_231 to 233, the dead letters: Greenhouse would take them now",
		`ghexport dead --group; ghexport replay --org globex --cause payload.refused --yes --reason "corrected there"`,
		"# initech made a new key: what waited goes out",
		"echo " + initechNewKey + " | ghexport org connect initech --created-by " + companyOf("initech").createdBy,
	}
	if _, err := exec.LookPath("psql"); err == nil {
		lines = append(lines, "# what a product's page would show, with a producer's rights",
			`psql "$PRODUCER_DATABASE_URL" -c "SELECT ghexport.status('globex', 'iv_231')"`)
	}
	return lines
}

// id is an export's number, by org/interview.
func (e ending) id(key string) int64 { return e.exports[key].ID }

// shellEnvironment is a file for `source`: the service's role for ghexport, the producers' for psql.
func shellEnvironment(g ghexport, db *database) string {
	var b strings.Builder
	set := func(name, value string) {
		fmt.Fprintf(&b, "export %s='%s'\n", name, strings.ReplaceAll(value, "'", `'\''`))
	}
	for _, entry := range g.env {
		name, value, _ := strings.Cut(entry, "=")
		if name == "DATABASE_URL" || name == "GREENHOUSE_BASE_URL" || strings.HasPrefix(name, "GHEXPORT_") {
			set(name, value)
		}
	}
	set("PRODUCER_DATABASE_URL", db.producer)
	fmt.Fprintf(&b, "export PATH='%s':\"$PATH\"\n", strings.ReplaceAll(filepath.Dir(g.path), "'", `'\''`))
	return b.String()
}

package main

import (
	"context"
	"errors"
	"net/url"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/interviewing-io/greenhouse-export/greenhouse/greenhousesim"
	"github.com/interviewing-io/greenhouse-export/store/rights"
)

// TestScripts runs testdata/*.txt, the specification of the commands as people meet them. The commands are this program, against a
// Postgres and, over HTTP, a Greenhouse of the script's own. Beside testscript's commands they have these:
//
//	await INTERVIEW STATE    waits until that export is in that state
//	fault STATUS [BODY]      answers the next candidate with it; "cut" loses the answer to a candidate that was taken
//	sql STATEMENT            as the owner of the database
//	candidates NUMBER        what Greenhouse holds
//	rejected NUMBER          waits until so many messages could not be folded
//	acme WHAT                what the company acme does in Greenhouse: close JOB, deactivate EMAIL, activate EMAIL, replace-key KEY
//	fails CODE COMMAND...    runs a command that must end with that exit code
func TestScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata",
		RequireUniqueNames:  true,
		RequireExplicitExec: false,
		Setup: func(env *testscript.Env) error {
			tb := env.T().(testing.TB)
			s := newStage(tb)
			for name, value := range s.env {
				env.Setenv(name, value)
			}
			env.Setenv("OWNER_URL", s.db.URL)
			env.Setenv("PRODUCER_URL", s.db.Role(tb, rights.GrantProducer))
			env.Setenv("VIEWER_URL", s.db.Role(tb, rights.GrantViewer))
			stranger := s.db.Role(tb, "")
			env.Setenv("STRANGER_URL", stranger)
			u, err := url.Parse(stranger)
			if err != nil {
				return err
			}
			env.Setenv("STRANGER", u.User.Username())
			env.Setenv("EMPTY_URL", s.emptyDatabase(tb))
			env.Values["stage"] = s
			path, err := withPlainBinary(env.Getenv("PATH"))
			env.Setenv("PATH", path)
			return err
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"await":      scriptAwait,
			"fault":      scriptFault,
			"sql":        scriptSQL,
			"candidates": scriptCandidates,
			"rejected":   scriptRejected,
			"fails":      scriptFails,
			"acme":       scriptAcme,
		},
	})
}

func stageOf(ts *testscript.TestScript) *stage { return ts.Value("stage").(*stage) }

func scriptAwait(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: await INTERVIEW STATE")
	}
	ts.Check(stageOf(ts).awaitState(context.Background(), args[0], args[1]))
}

func scriptFault(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: fault STATUS [BODY]")
	}
	fault := greenhousesim.Fault{}
	switch args[0] {
	case "422":
		fault.Status = 422
	case "500":
		fault.Status = 500
	case "cut":
		fault.Cut = greenhousesim.CutAfter
	default:
		ts.Fatalf("unknown fault %q", args[0])
	}
	if len(args) > 1 {
		fault.Body = greenhousesim.Text(strings.Join(args[1:], " "))
	}
	stageOf(ts).sim.Plan(fault)
}

func scriptSQL(ts *testscript.TestScript, neg bool, args []string) {
	if neg {
		ts.Fatalf("usage: sql STATEMENT")
	}
	s := stageOf(ts)
	ts.Check(s.execErr(context.Background(), strings.Join(args, " ")))
}

func scriptCandidates(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: candidates NUMBER")
	}
	if have := count(stageOf(ts).sim.CountCandidates(""), "candidate"); !strings.HasPrefix(have, args[0]+" ") {
		ts.Fatalf("Greenhouse holds %s, not %s", have, args[0])
	}
}

func scriptRejected(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: rejected NUMBER")
	}
	ts.Check(stageOf(ts).await(context.Background(), args[0]+" rejected messages", "SELECT FROM ghexport.rejected HAVING count(*) = $1::text::int", args[0]))
}

func scriptAcme(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: acme close JOB|deactivate EMAIL|activate EMAIL|replace-key KEY")
	}
	sim := stageOf(ts).sim
	switch what, which := args[0], args[1]; what {
	case "close":
		job, err := strconv.ParseInt(which, 10, 64)
		ts.Check(err)
		sim.CloseJob(acmeKey, job)
	case "deactivate":
		sim.DisableUser(acmeKey, which)
	case "activate":
		sim.EnableUser(acmeKey, which)
	case "replace-key":
		sim.ReplaceKey(acmeKey, which)
	default:
		ts.Fatalf("unknown act %q", what)
	}
}

func scriptFails(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: fails CODE COMMAND...")
	}
	err := ts.Exec(args[1], args[2:]...)
	var exit *exec.ExitError
	if !errors.As(err, &exit) || strconv.Itoa(exit.ExitCode()) != args[0] {
		ts.Fatalf("ended with %v, not with %s", err, args[0])
	}
}

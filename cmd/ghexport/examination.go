package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/interviewing-io/greenhouse-export/greenhouse"
	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/store/health"
	"github.com/interviewing-io/greenhouse-export/store/keyring"
	"github.com/interviewing-io/greenhouse-export/store/pgsession"
	"github.com/interviewing-io/greenhouse-export/store/rights"
	"github.com/interviewing-io/greenhouse-export/wording"
)

// examination collects findings; what depends on something that failed is not looked at.
type examination struct {
	findings []finding
	config   Config
	store    *store.Store
}

// examineLimit bounds a whole examination.
const examineLimit = time.Minute

func (c *cli) examine(ctx context.Context) []finding {
	ctx, cancel := context.WithTimeoutCause(ctx, examineLimit, fmt.Errorf("the examination took longer than %s", examineLimit))
	defer cancel()
	var e examination
	var err error
	e.config, err = c.config("", needDatabase, needKeyset, needConsole)
	var wrong problems
	if errors.As(err, &wrong) {
		for _, one := range wrong {
			e.bad("settings", one)
		}
	} else {
		e.ok("settings", "every variable can be read")
	}
	if len(e.config.Unknown) > 0 {
		e.ok("settings", "not known to this version, and without effect: %s", strings.Join(e.config.Unknown, ", "))
	}
	if e.config.Dev {
		e.ok("settings", "GHEXPORT_DEV is on: not for production")
	}
	if e.database(ctx) {
		e.keyset(ctx)
		e.store.Close()
	}
	e.greenhouse(ctx)
	e.singleSignOn(ctx)
	e.mail(ctx)
	return e.findings
}

func (e *examination) ok(check, format string, args ...any) {
	e.findings = append(e.findings, finding{Check: check, OK: true, Detail: fmt.Sprintf(format, args...)})
}

func (e *examination) bad(check string, err error) {
	e.findings = append(e.findings, finding{Check: check, Detail: err.Error(), Hint: hintFor(err, exitFailed, "doctor")})
}

// database leaves the store open when it returns true.
func (e *examination) database(ctx context.Context) bool {
	if e.config.DatabaseURL == "" {
		return false
	}
	st, err := store.Open(ctx, store.Config{URL: e.config.DatabaseURL, ApplicationName: "ghexport doctor", MaxConns: cliConns, GenericPlans: true})
	if err != nil {
		e.bad("database", err)
		return false
	}
	if _, err := st.Now(ctx); err != nil {
		e.bad("database", err)
		st.Close()
		return false
	}
	e.ok("database", "it answers")
	e.encryption(st)
	if err := rights.In(st).CheckSession(ctx); err != nil {
		e.bad("sessions", err)
	} else {
		e.ok("sessions", "connections keep their sessions and their settings, as the service needs")
	}
	if err := checkClock(ctx, st); err != nil {
		e.bad("clock", err)
	} else {
		e.ok("clock", "within %s of the database's", clockTolerance)
	}
	if err := checkSchema(ctx, st); err != nil {
		e.bad("schema", err)
		st.Close()
		return false
	}
	e.ok("schema", "as this binary needs it")
	if err := rights.In(st).CheckRights(ctx); err != nil {
		e.bad("rights", hinted(err, "the owner runs ghexport grant --service ROLE"))
	} else {
		e.ok("rights", "this role may do what the service does")
	}
	e.holders(ctx, st)
	e.nodes(ctx, st)
	e.identity(ctx, st)
	e.store = st
	return true
}

// holders names who keeps the service, or a migration, from a lock.
func (e *examination) holders(ctx context.Context, st *store.Store) {
	list, err := health.In(st).Holders(ctx)
	if err != nil {
		e.bad("locks", err)
		return
	}
	for _, h := range list {
		e.bad("locks", hinted(errors.New(wording.HolderSays(h)), "%s", wording.HolderDo(h)))
	}
	if len(list) == 0 {
		e.ok("locks", "nobody keeps the service from its own")
	}
}

// nodes repeats what those that run say is wrong with them: it may not be seen from here.
func (e *examination) nodes(ctx context.Context, st *store.Store) {
	list, err := st.Nodes(ctx)
	if err != nil {
		e.bad("nodes", err)
		return
	}
	alive, well := 0, true
	for _, n := range list {
		if !n.Alive() {
			continue
		}
		alive++
		if n.Trouble != "" {
			well = false
			e.bad("nodes", hinted(fmt.Errorf("%s: %s", n.Host, n.Trouble), "%s", wording.TroubleDo(n.TroubleKind)))
		}
	}
	if well {
		e.ok("nodes", "%s at work, none in trouble", count(int64(alive), "node"))
	}
}

// encryption tells who could stand between this machine and the database. It is no failure: a network may be trusted.
func (e *examination) encryption(st *store.Store) {
	hosts := pgsession.Unverified(&st.Pool.Config().ConnConfig.Config)
	if len(hosts) == 0 {
		e.ok("encryption", "nobody can pose as the database")
		return
	}
	e.findings = append(e.findings, finding{
		Check: "encryption", OK: true, Detail: "sslmode is weaker than verify-full, so somebody on the network could pose as " + strings.Join(hosts, ", "),
		Hint: "set sslmode=verify-full, and sslrootcert to the certificate of who signs the database's",
	})
}

// identity looks as the guard of serve does, and stops nothing.
func (e *examination) identity(ctx context.Context, st *store.Store) {
	state := stateFile{path: e.config.StateFile}
	seen, err := state.load()
	if err == nil {
		err = state.try()
	}
	if err != nil {
		e.bad("state file", err)
	}
	doubt, err := st.Doubt(ctx, seen)
	switch {
	case err != nil:
		e.bad("identity", err)
	case doubt != "":
		e.bad("identity", hinted(&store.DoubtError{Why: doubt}, "compare with Greenhouse before anything is sent: ghexport reconcile --since MOMENT; ghexport explain restore"))
	default:
		e.ok("identity", "it is the database that was last served from")
	}
}

// keyset opens every secret that the database holds.
func (e *examination) keyset(ctx context.Context) {
	keyset, err := e.config.openKeyset()
	if err != nil {
		return // it is among the settings' findings
	}
	made, err := e.store.HasDigestKey(ctx)
	if err == nil && made {
		_, err = keyring.In(e.store).Digests(ctx, keyset)
	}
	if err != nil {
		e.bad("keyset", err)
	}
	companies, err := e.store.Integrations(ctx)
	if err != nil {
		e.bad("keyset", err)
		return
	}
	opened := 0
	for _, company := range companies {
		if company.KeyLast5 == nil {
			continue
		}
		credential, err := e.store.Credential(ctx, company.OrgID)
		if err == nil {
			_, err = keyset.Open(company.OrgID, credential.SealedKey)
		}
		if err != nil {
			e.bad("keyset", hinted(fmt.Errorf("the key of %s: %w", company.OrgID, err), "hand over the whole keyset that it was sealed with, or connect the company anew"))
			continue
		}
		opened++
	}
	e.ok("keyset", "opens the keys of %s", count(opened, "company"))
}

// greenhouse asks without a key: any answer, and that is a refusal, shows that Greenhouse is there.
func (e *examination) greenhouse(ctx context.Context) {
	if checkBaseURL(e.config.GreenhouseBaseURL, e.config.Dev) != nil {
		return // it is among the settings' findings
	}
	client := e.config.greenhouse()
	defer client.CloseIdleConnections()
	_, _, err := client.CurrentUser(ctx, greenhouse.Credential{})
	var refused *greenhouse.Error
	if errors.As(err, &refused) && refused.Class != greenhouse.ClassAuthRejected {
		e.bad("greenhouse", hinted(fmt.Errorf("%s: %w", e.config.GreenhouseBaseURL, refused), "look at https://status.greenhouse.io, at GREENHOUSE_BASE_URL and at this machine's way out"))
		return
	}
	e.ok("greenhouse", "%s answers", e.config.GreenhouseBaseURL)
}

// singleSignOn asks the provider what it is, as the first login would.
func (e *examination) singleSignOn(ctx context.Context) {
	config := e.config.console()
	if config.OIDC.Issuer == "" || config.Check() != nil {
		return // what is wrong is among the settings' findings
	}
	if err := config.OIDC.Discover(ctx); err != nil {
		e.bad("single sign-on", hinted(err, "look at GHEXPORT_OIDC_ISSUER; the service runs without, and passwords work"))
		return
	}
	e.ok("single sign-on", "%s answers", config.OIDC.Issuer)
}

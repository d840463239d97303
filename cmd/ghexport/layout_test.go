package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const module = "github.com/interviewing-io/greenhouse-export"

// layout is the table of packages: what each may import of ours, and what of others' it may not. A new arrow is a design change.
var layout = map[string]struct {
	may    []string
	mayNot []string // import paths, or their beginnings
}{
	"docs":                     {mayNot: []string{"github.com/jackc", "github.com/riverqueue", "net/http"}},
	"ledger":                   {mayNot: []string{"github.com/jackc", "github.com/riverqueue", "net/http"}},
	"wording":                  {may: []string{"ledger"}, mayNot: []string{"github.com/jackc", "github.com/riverqueue", "net/http"}},
	"jobs":                     {},
	"jobs/exporttest":          {may: []string{"jobs"}, mayNot: []string{"github.com/riverqueue"}},
	"greenhouse":               {mayNot: []string{"github.com/jackc", "github.com/riverqueue", "go.uber.org/zap"}},
	"greenhouse/greenhousesim": {mayNot: []string{"github.com/jackc", "github.com/riverqueue"}},
	"seal":                     {may: []string{"jobs"}, mayNot: []string{"github.com/jackc/pgx", "github.com/riverqueue", "net/http"}},
	"store/pgsession":          {mayNot: []string{"github.com/riverqueue", "net/http"}},
	"migrations":               {may: []string{"store/pgsession"}},
	"store":                    {may: []string{"jobs", "ledger", "seal", "store/pgsession"}, mayNot: []string{"github.com/riverqueue", "net/http"}},
	"store/notices":            {may: []string{"ledger", "store", "store/query"}, mayNot: []string{"github.com/riverqueue", "net/http"}},
	"store/runs":               {may: []string{"ledger", "store", "store/query"}, mayNot: []string{"github.com/riverqueue", "net/http"}},
	"store/erasure":            {may: []string{"jobs", "ledger", "seal", "store"}, mayNot: []string{"github.com/riverqueue", "net/http"}},
	"store/source":             {may: []string{"ledger", "store", "store/pgsession", "store/rights"}, mayNot: []string{"github.com/riverqueue", "net/http"}},
	"store/query":              {may: []string{"ledger", "store", "store/search", "store/riverqueue"}, mayNot: []string{"github.com/riverqueue", "net/http"}},
	"store/access":             {may: []string{"ledger", "store"}, mayNot: []string{"github.com/riverqueue", "net/http"}},
	"store/webhooks":           {may: []string{"ledger", "seal", "store", "store/tracking", "store/keyring"}, mayNot: []string{"github.com/riverqueue", "net/http"}},
	"store/tracking":           {may: []string{"ledger", "store", "store/figures"}, mayNot: []string{"github.com/riverqueue", "net/http"}},
	"store/figures":            {may: []string{"ledger", "store"}, mayNot: []string{"github.com/riverqueue", "net/http"}},
	"store/health":             {may: []string{"ledger", "store", "store/figures", "store/riverqueue"}, mayNot: []string{"github.com/riverqueue", "net/http"}},
	"store/keyring":            {may: []string{"ledger", "seal", "store"}, mayNot: []string{"github.com/riverqueue", "net/http"}},
	"store/retention":          {may: []string{"ledger", "store"}, mayNot: []string{"github.com/riverqueue", "net/http"}},
	"store/rights":             {may: []string{"ledger", "store", "store/pgsession"}, mayNot: []string{"github.com/riverqueue", "net/http"}},
	"store/edit":               {may: []string{"ledger", "seal", "store"}, mayNot: []string{"github.com/riverqueue", "net/http"}},
	"store/search":             {may: []string{"ledger", "store"}, mayNot: []string{"github.com/riverqueue", "net/http"}},
	"store/riverqueue":         {may: []string{"ledger", "store"}, mayNot: []string{"github.com/riverqueue", "net/http"}},
	"store/storetest":          {may: []string{"ledger", "store", "migrations", "store/rights", "store/source"}},
	"worker":                   {may: []string{"jobs", "ledger", "seal", "store", "greenhouse", "worker/connections", "worker/notice", "worker/relay", "worker/render", "wording", "store/erasure", "store/notices", "worker/trace", "store/webhooks", "store/tracking", "store/figures", "store/rights", "store/riverqueue"}},
	"worker/connections":       {may: []string{"jobs", "ledger", "seal", "store", "greenhouse", "worker/render", "wording", "store/keyring"}, mayNot: []string{"github.com/riverqueue"}},
	"worker/relay":             {may: []string{"jobs", "ledger", "seal", "store", "worker/render", "store/notices", "store/runs", "worker/trace", "store/webhooks", "store/tracking", "store/figures", "store/retention", "store/rights"}, mayNot: []string{"github.com/riverqueue", "net/http"}},
	"worker/carrier":           {may: []string{"ledger", "store", "store/source"}, mayNot: []string{"github.com/jackc", "github.com/riverqueue"}},
	"worker/render":            {may: []string{"greenhouse", "jobs", "ledger", "store", "store/edit"}, mayNot: []string{"github.com/riverqueue"}},
	"worker/notice":            {may: []string{"ledger", "store", "wording", "store/notices", "store/query"}, mayNot: []string{"github.com/jackc", "github.com/riverqueue", "go.uber.org/zap"}},
	"worker/notice/noticetest": {},
	"web":                      {may: []string{"docs", "jobs", "ledger", "seal", "store", "wording", "web/api", "web/auth", "web/hooks", "store/notices", "store/runs", "store/query", "store/erasure", "store/access", "store/webhooks", "store/tracking", "store/figures", "store/health", "store/rights", "store/retention", "store/edit", "store/search", "store/riverqueue"}, mayNot: []string{"github.com/riverqueue", "riverqueue.com"}},
	"cmd/ghexport":             {may: []string{"docs", "jobs", "ledger", "seal", "store", "store/pgsession", "store/source", "greenhouse", "migrations", "worker", "worker/carrier", "worker/connections", "worker/notice", "worker/relay", "worker/render", "web", "wording", "web/api", "web/auth", "web/hooks", "web/metrics", "store/notices", "store/runs", "store/erasure", "store/query", "worker/trace", "store/access", "store/webhooks", "store/tracking", "store/health", "store/keyring", "store/retention", "store/rights", "store/edit", "store/search"}},
	"worker/trace":             {mayNot: []string{"github.com/jackc", "github.com/riverqueue"}},
	"web/hooks":                {may: []string{"greenhouse", "ledger", "seal", "store", "store/access", "store/webhooks"}, mayNot: []string{"github.com/jackc", "github.com/riverqueue"}},
	"web/api":                  {may: []string{"ledger", "store", "web/auth", "web/hooks", "wording", "store/query", "store/webhooks", "store/rights", "store/retention"}, mayNot: []string{"github.com/jackc", "github.com/riverqueue"}},
	"web/auth":                 {may: []string{"store", "store/access"}, mayNot: []string{"github.com/jackc", "github.com/riverqueue"}},
	"web/metrics":              {may: []string{"ledger", "store", "store/figures", "store/health", "store/retention"}, mayNot: []string{"github.com/riverqueue"}},
	"cmd/greenhouse-sim":       {may: []string{"greenhouse/greenhousesim"}},
	"cmd/demo":                 {may: []string{"jobs", "ledger", "seal", "store", "greenhouse", "migrations", "worker", "web", "greenhouse/greenhousesim", "store/storetest"}},
	"cmd/chaos":                {may: []string{"jobs", "ledger", "seal", "store", "greenhouse", "migrations", "worker", "web", "greenhouse/greenhousesim", "store/storetest", "store/keyring", "store/rights"}},
}

type goPackage struct {
	ImportPath string
	Doc        string // the first sentence of the package comment
	Imports    []string
	Deps       []string
}

func TestLayout(t *testing.T) {
	t.Parallel()
	for _, p := range list(t) {
		name := strings.TrimPrefix(p.ImportPath, module+"/")
		rule, known := layout[name]
		if !assert.True(t, known, "package %s is not in the layout", name) {
			continue
		}
		for _, imported := range p.Imports {
			if ours, isOurs := strings.CutPrefix(imported, module+"/"); isOurs {
				assert.Contains(t, rule.may, ours, "%s imports %s", name, ours)
			}
			for _, barred := range rule.mayNot {
				assert.False(t, imported == barred || strings.HasPrefix(imported, barred+"/"), "%s imports %s", name, imported)
			}
		}
		if name == "jobs" { // what every producer links
			for _, dep := range p.Deps {
				outside := strings.Contains(strings.Split(dep, "/")[0], ".")
				ok := !outside || dep == p.ImportPath || strings.HasPrefix(dep, "github.com/jackc/") || strings.HasPrefix(dep, "golang.org/x/")
				assert.True(t, ok, "jobs depends on %s", dep)
			}
		}
	}
}

func TestLayout_WorkerHoldsNoSQL(t *testing.T) {
	t.Parallel()
	out, err := exec.CommandContext(t.Context(), "grep", "-lE", `"[^"]*(SELECT|INSERT|UPDATE|DELETE) `, "-r", "--include=*.go",
		"--exclude=*_test.go", path.Join("..", "..", "worker")).Output()
	var status *exec.ExitError
	require.True(t, err == nil || errors.As(err, &status) && status.ExitCode() == 1, "grep: %v", err)
	assert.Empty(t, string(out), "SQL belongs in store")
}

func list(t *testing.T) []goPackage {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", "list", "-json=ImportPath,Doc,Imports,Deps", module+"/...").Output()
	require.NoError(t, err)
	var all []goPackage
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p goPackage
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else {
			require.NoError(t, err)
		}
		all = append(all, p)
	}
	slices.SortFunc(all, func(a, b goPackage) int { return strings.Compare(a.ImportPath, b.ImportPath) })
	require.NotEmpty(t, all)
	return all
}

package jobs_test

import (
	"archive/zip"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/jobs"
	"github.com/interviewing-io/greenhouse-export/store/storetest"
)

// listMadeWith is the release of Go whose tzdata (2025c) time_zones.txt and migration 00002 list. A later release may know more:
// then add the names to the list, and to the table by a new migration.
const listMadeWith = "go1.26."

func TestTimeZones(t *testing.T) {
	t.Parallel()
	listed := jobs.TimeZones()

	t.Run("ListAndTableAgree", func(t *testing.T) {
		t.Parallel()
		rows, err := storetest.NewDB(t).Pool(t).Query(t.Context(), `SELECT name FROM ghexport.time_zones ORDER BY name COLLATE "C"`)
		require.NoError(t, err)
		table, err := pgx.CollectRows(rows, pgx.RowTo[string])
		require.NoError(t, err)
		require.Equal(t, listed, table)
	})

	t.Run("GoLoadsThemAll", func(t *testing.T) {
		t.Parallel()
		for _, name := range listed {
			_, err := time.LoadLocation(name)
			require.NoError(t, err)
		}
	})

	t.Run("ListIsGosTzdata", func(t *testing.T) {
		t.Parallel()
		root, err := exec.CommandContext(t.Context(), "go", "env", "GOROOT").Output()
		require.NoError(t, err)
		tzdata, err := zip.OpenReader(filepath.Join(strings.TrimSpace(string(root)), "lib", "time", "zoneinfo.zip"))
		require.NoError(t, err)
		defer tzdata.Close()
		var names []string
		for _, file := range tzdata.File {
			if !strings.HasSuffix(file.Name, "/") {
				names = append(names, file.Name)
			}
		}
		slices.Sort(names)
		if strings.HasPrefix(runtime.Version(), listMadeWith) {
			require.Equal(t, names, listed)
		}
		require.Subset(t, names, listed, "a name that Go no longer knows")
	})
}

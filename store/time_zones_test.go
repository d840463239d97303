package store_test

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/jobs"
	"github.com/interviewing-io/greenhouse-export/store"
)

// What is a time zone is one list, whoever asks: a message read in Go or in SQL, a company's settings, the note's date. None asks the
// machine, which may know more.
func TestTimeZones_AreOneList(t *testing.T) {
	t.Parallel()
	d := setup(t)
	require.NoError(t, nothing(d.Connect(t.Context(), store.Connect{OrgID: "acme"}, kim)))
	for name, want := range map[string]bool{
		"UTC": true, "US/Pacific": true, "EST5EDT": true, "PST8PDT": true, "Factory": true, "GMT+0": true, "Etc/GMT+5": true, "Asia/Calcutta": true,
		"Europe/Kyiv": true, "Europe/Kiev": true, "CET": true, "EST": true, "GMT": true, "Zulu": true, "W-SU": true,
		"localtime": false, "Local": false, "posixrules": false, "us/pacific": false, "US/PACIFIC": false, "utc": false, " UTC": false, "UTC ": false,
		"UTC\u200b": false, "\u00a0UTC": false, "+02:00": false, "UTC+2": false, "<+02>-2": false, "right/Europe/Berlin": false, "posix/UTC": false, "Europe": false,
		"Europe/": false, "/UTC": false, "../UTC": false, "Europe/../UTC": false, "/etc/localtime": false, "zone.tab": false, "tzdata.zi": false, "leapseconds": false,
		"PST": false, "Pacific Time": false, "Etc/GMT-15": false, "Europe/Berlin\n": false, "Mars/Olympus_Mons": false, "null": false,
	} {
		assert.Equal(t, want, jobs.IsTimeZone(name), "%q in Go", name)
		message, err := json.Marshal(map[string]any{
			"schema_version": 1, "org_id": "acme", "interview_id": "iv_1", "version": 1, "interviewed_at": "2017-09-28T17:00:00Z",
			"candidate": map[string]any{"id": "c"}, "time_zone": name,
		})
		require.NoError(t, err)
		_, err = jobs.Decode(message)
		assert.Equal(t, want, err == nil, "%q in a message: %v", name, err)
		assert.Equal(t, want, one[bool](d, "SELECT ghexport.validate($1::text::jsonb) -> 'errors' = '[]'", string(message)), "%q in SQL", name)
		err = d.SetSettings(t.Context(), "acme", store.Settings{TimeZone: &name}, kim)
		var refused *store.SettingError
		assert.Equal(t, want, err == nil, "%q of a company: %v", name, err)
		assert.Equal(t, !want, errors.As(err, &refused), "%q of a company: %v", name, err)
	}
}

package jobs

import (
	_ "embed"
	"maps"
	"slices"
	"strings"
	"sync"
)

// The names of Go's tzdata, as in the table ghexport.time_zones. A list, and not time.LoadLocation, because that one answers from the
// machine's own files first, and producers run on many machines. A test compares list, table and tzdata.
//
//go:embed time_zones.txt
var timeZoneList string

var timeZones = sync.OnceValue(func() map[string]bool {
	names := map[string]bool{}
	for name := range strings.Lines(timeZoneList) {
		names[strings.TrimSpace(name)] = true
	}
	return names
})

// TimeZones lists the names that an interview's time zone may have, by name.
func TimeZones() []string { return slices.Sorted(maps.Keys(timeZones())) }

// IsTimeZone tells whether an interview's time zone, or a company's, may have that name. Any of them loads on every machine that this
// package's list is used on; names such as localtime, which a machine may know besides, are none.
func IsTimeZone(name string) bool { return timeZones()[name] }

package main

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/interviewing-io/greenhouse-export/migrations"
	"github.com/interviewing-io/greenhouse-export/store/source"
)

// mostSources bounds GHEXPORT_OUTBOX_URLS: each takes connections, and labels of metrics.
const mostSources = 50

// sourceAddress is an entry of GHEXPORT_OUTBOX_URLS. Its url is a secret.
type sourceAddress struct{ name, url string }

var (
	sourceName = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,39}$`)
	nextSource = regexp.MustCompile(`,\s*([^,=\s]*=\s*postgres(?:ql)?://)`) // a comma may also stand inside an address, between two hosts
)

// sources reads the entries, and finds all that is wrong with them. What it finds shows no address.
func (c Config) sources() (list []sourceAddress, found problems) {
	add := func(format string, args ...any) {
		found = append(found, fmt.Errorf("GHEXPORT_OUTBOX_URLS: "+format, args...))
	}
	names, places := map[string]bool{}, map[string]string{}
	if place := placeOf(c.DatabaseURL); place != "" {
		places[place] = "DATABASE_URL, whose own outbox is read anyway"
	}
	for n, entry := range strings.FieldsFunc(nextSource.ReplaceAllString(c.OutboxURLs, "\n$1"), func(r rune) bool { return r == '\n' || r == '\r' }) {
		if entry = strings.Trim(entry, ", \t"); entry == "" {
			continue
		}
		name, address, found := strings.Cut(entry, "=")
		name, address = strings.TrimSpace(name), strings.TrimSpace(address)
		place := placeOf(address)
		switch {
		case !found || !strings.HasPrefix(address, "postgres://") && !strings.HasPrefix(address, "postgresql://"):
			add("entry %d is not NAME=postgres://…", n+1)
			continue
		case !sourceName.MatchString(name):
			add("the name of entry %d is not 1 to 40 of a-z, 0-9, _ and -", n+1)
			continue
		case place == "":
			add("the address of %s cannot be read", name)
		case names[name]:
			add("%s is listed twice", name)
		case places[place] != "":
			add("%s is the same database as %s", name, places[place])
		}
		names[name], places[place] = true, name
		list = append(list, sourceAddress{name, address})
	}
	if len(list) > mostSources {
		add("%d are listed, and %d may be", len(list), mostSources)
	}
	return list, found
}

// placeOf names the database that an address leads to, "" for one that cannot be read.
func placeOf(address string) string {
	if address == "" {
		return ""
	}
	config, err := pgconn.ParseConfig(address)
	if err != nil {
		return ""
	}
	return strings.ToLower(net.JoinHostPort(config.Host, fmt.Sprint(config.Port))) + "/" + url.PathEscape(config.Database)
}

// checkSources finds what is wrong with the sources, so far as the variables tell: it opens no file.
func (c Config) checkSources() problems {
	if c.OutboxURLs != "" && c.OutboxURLsFile != "" {
		return problems{errors.New("GHEXPORT_OUTBOX_URLS and GHEXPORT_OUTBOX_URLS_FILE: both are set, and only one may be")}
	}
	_, found := c.sources()
	return found
}

// readSources reads the sources that lie in a file.
func (c *Config) readSources() problems {
	if c.OutboxURLsFile == "" || c.OutboxURLs != "" {
		return nil
	}
	content, err := os.ReadFile(c.OutboxURLsFile)
	if err != nil {
		return problems{fmt.Errorf("GHEXPORT_OUTBOX_URLS_FILE: %w", err)}
	}
	c.OutboxURLs = string(content)
	_, found := c.sources()
	return found
}

// openSources makes the sources ready, by their addresses, those that are open already as they are; none is connected to. The caller
// closes them.
func (c Config) openSources(application string, open map[sourceAddress]*source.Source) (map[sourceAddress]*source.Source, error) {
	known, err := migrations.ProducerLatest()
	if err != nil {
		return nil, err
	}
	addresses, _ := c.sources() // checked with the other settings
	list, fresh := map[sourceAddress]*source.Source{}, []*source.Source{}
	for _, a := range addresses {
		if list[a] = open[a]; list[a] != nil {
			continue
		}
		s, err := source.Open(source.Config{Name: a.name, URL: a.url, Known: known, ApplicationName: application})
		if err != nil {
			closeSources(fresh)
			return nil, fmt.Errorf("GHEXPORT_OUTBOX_URLS: %w", err)
		}
		list[a], fresh = s, append(fresh, s)
	}
	return list, nil
}

// byName are open sources in the order of their names.
func byName(open map[sourceAddress]*source.Source) []*source.Source {
	return slices.SortedFunc(maps.Values(open), func(a, b *source.Source) int { return cmp.Compare(a.Name, b.Name) })
}

func closeSources(list []*source.Source) {
	for _, s := range list {
		s.Close()
	}
}

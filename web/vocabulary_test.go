package web

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/wording"
)

// notOurs are words that say a second time what has a word already. An export is dead, and a dead letter; attempts, tests and Greenhouse
// fail. A company has settings; the product has Settings > Integrations, which lead to them.
var notOurs = map[*regexp.Regexp]string{
	regexp.MustCompile(`(?i)\bfailed exports?\b|\bexports? (have |has )?failed\b|<span>Failed</span>`): "dead",
	regexp.MustCompile(`(?i)\bdead exports?\b`):                                                        "dead letters",
	regexp.MustCompile(`>\s*Integrations?\s*<|"Integrations?"`):                                        "Settings",
	regexp.MustCompile(`(?i)\bre-?sends?\b|\bresend\b`):                                                "replay, or send it again",
	regexp.MustCompile(`(?i)\bcustomers?\b|\btenants?\b`):                                              "company",
	regexp.MustCompile(`(?i)\bapplicants?\b`):                                                          "candidate",
}

func TestVocabulary_HasOneWordForAThing(t *testing.T) {
	t.Parallel()
	said := func(t *testing.T, text string) []string {
		var list []string
		for other, word := range notOurs {
			if found := other.FindString(text); found != "" {
				list = append(list, found+": say "+word)
			}
		}
		return list
	}
	require.NotEmpty(t, said(t, "<p>3 failed exports</p>"), "the control")
	pages, err := fs.Glob(files, "templates/*.html")
	require.NoError(t, err)
	for _, page := range pages {
		text, err := fs.ReadFile(files, page)
		require.NoError(t, err)
		assert.Empty(t, said(t, string(text)), page)
	}
	sources, err := filepath.Glob("../wording/*.go")
	require.NoError(t, err)
	own, err := filepath.Glob("*.go")
	require.NoError(t, err)
	literal := regexp.MustCompile("\"(?:[^\"\\\\\\n]|\\\\.)*\"")
	for _, source := range append(sources, own...) {
		if strings.HasSuffix(source, "_test.go") {
			continue
		}
		text, err := os.ReadFile(source)
		require.NoError(t, err)
		assert.Empty(t, said(t, strings.Join(literal.FindAllString(string(text), -1), "\n")), source)
	}
}

// TestColours_OneForEachState holds badges and cards to the same colour of a state, which no second rule changes.
func TestColours_OneForEachState(t *testing.T) {
	t.Parallel()
	static, err := fs.Sub(files, "assets")
	require.NoError(t, err)
	rules := regexp.MustCompile(`([^{}]+)\{[^{}]*?[^-]color: var\(--([a-z]+)\)`).FindAllStringSubmatch(string(stylesheet(static)), -1)
	colours := func(selector string) (list []string) {
		for _, rule := range rules {
			for one := range strings.SplitSeq(rule[1], ",") {
				if strings.TrimSpace(one) == selector {
					list = append(list, rule[2])
				}
			}
		}
		return list
	}
	for _, state := range ledger.States {
		badge, card := colours(".state."+string(state)), colours(".card."+string(state)+" strong")
		assert.LessOrEqual(t, len(badge), 1, state)
		assert.Equal(t, badge, card, "badge and card of %s", state)
		assert.NotEmpty(t, wording.Meaning(state))
	}
	assert.Equal(t, []string{"bad"}, colours(".state.dead"))
	assert.True(t, slices.Equal(colours(".state.sent"), []string{"good"}))
}

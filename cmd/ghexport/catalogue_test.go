package main

import (
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/docs"
	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store/storetest"
	"github.com/interviewing-io/greenhouse-export/wording"
)

var quotedWord = regexp.MustCompile(`'([a-z0-9_.]+)'`)

// The schema lists the words that the ledger lists, and the function that says why a company is held tries the causes in their order.
func TestCatalogue_Schema(t *testing.T) {
	t.Parallel()
	conn, err := pgx.Connect(t.Context(), storetest.NewDB(t).URL)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, conn.Close(t.Context())) })
	schema := func(query string, args ...any) (words []string) {
		var definition string
		require.NoError(t, conn.QueryRow(t.Context(), query, args...).Scan(&definition), args)
		for _, found := range quotedWord.FindAllStringSubmatch(definition, -1) {
			words = append(words, found[1])
		}
		return words
	}
	for constraint, want := range map[string][]string{
		"exports_state_check":           texts(ledger.States),
		"exports_cause_check":           causesWhere(func(r ledger.CauseRow) bool { return len(r.Of) > 0 }),
		"exports_flags_check":           ledger.Flags,
		"attempts_outcome_check":        texts(ledger.Outcomes),
		"rejected_cause_check":          causesWhere(func(r ledger.CauseRow) bool { return len(r.Of) == 0 && r.Hold == ledger.HoldNone }),
		"integrations_hold_cause_check": causesWhere(func(r ledger.CauseRow) bool { return r.Hold == ledger.HoldRefused }),
		"holds_cause_check":             causesWhere(func(r ledger.CauseRow) bool { return r.Hold == ledger.HoldRefused || r.Hold == ledger.HoldFound }),
	} {
		query := "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = $1 AND connamespace = 'ghexport'::regnamespace"
		if strings.HasPrefix(constraint, "exports_") { // one function holds the rules of that table
			query = `SELECT (regexp_match(prosrc, '^ +WHEN ([^\n]*) IS FALSE THEN ''' || $1 || '''$', 'n'))[1] FROM pg_proc WHERE proname = 'sound'`
		}
		have := schema(query, constraint)
		same(t, constraint, want, have)
	}
	assert.Equal(t, causesWhere(func(r ledger.CauseRow) bool { return r.Hold != ledger.HoldNone && r.Hold != ledger.HoldRefused }),
		schema("SELECT prosrc FROM pg_proc WHERE proname = 'held_reason'"), "held_reason: the order in which one hides the next")
}

func causesWhere(is func(ledger.CauseRow) bool) (list []string) {
	for _, row := range ledger.Catalogue {
		if is(row) {
			list = append(list, string(row.Cause))
		}
	}
	return list
}

// same names what one list has and the other lacks.
func same(t *testing.T, where string, want, have []string) {
	t.Helper()
	for _, word := range want {
		assert.True(t, slices.Contains(have, word), "%s lacks %s", where, word)
	}
	for _, word := range have {
		assert.True(t, slices.Contains(want, word), "%s has %s, which the ledger lacks", where, word)
	}
}

// A cause is told to people: in a clause, as a page of the runbook and in the table of causes; one that holds companies also in sentences.
func TestCatalogue_Words(t *testing.T) {
	t.Parallel()
	guide, found := docs.Find("causes")
	require.True(t, found)
	for _, cause := range ledger.Causes {
		assert.NotEqual(t, string(cause), wording.Cause(cause), "wording has no clause for %s", cause)
		_, found := docs.Find(cause.Page())
		assert.True(t, found, "the runbook has no page %s", cause.Page())
		assert.Contains(t, guide.Source(), "\n| [`"+string(cause)+"`](runbooks/"+cause.Page()+".md) |", "docs/causes.md has no line of %s", cause)
	}
	for _, cause := range ledger.HoldCauses {
		words := wording.OfHold(&ledger.HoldFacts{Cause: cause})
		for name, text := range map[string]string{"HeldFor": wording.HeldFor(cause), "What": words.What, "Why": words.Why, "Staff": words.Staff} {
			assert.NotEmpty(t, text, "wording says no %s of companies held by %s", name, cause)
		}
	}
	for _, state := range ledger.States {
		assert.NotEmpty(t, wording.Meaning(state), "wording has no meaning of %s", state)
		assert.NotEmpty(t, wording.Standing(state, nil, nil), "wording has no sentence for %s", state)
		assert.Contains(t, guide.Source(), "\n| `"+string(state)+"` |", "docs/causes.md has no line of %s", state)
	}
	for _, flag := range ledger.Flags {
		assert.NotEqual(t, flag, wording.Flag(flag), "wording has no clause for %s", flag)
		assert.Regexp(t, "(?m)^\\| .*`"+flag+"`.* \\|", guide.Source(), "docs/causes.md has no line of %s", flag)
	}
}

// Wherever the API's description lists a cause for which a company is held, it lists all of them.
func TestCatalogue_OpenAPI(t *testing.T) {
	t.Parallel()
	lists := 0
	require.NoError(t, filepath.WalkDir("../../web", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || filepath.Base(path) != "openapi.json" {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		var description any
		if err := json.Unmarshal(text, &description); err != nil {
			return err
		}
		for at, words := range enums(description) {
			hold := slices.DeleteFunc(slices.Clone(words), func(word string) bool { return !slices.Contains(ledger.HoldCauses, ledger.Cause(word)) })
			if len(hold) > 1 { // the states of a connection know "off", too
				same(t, "openapi.json at "+at, texts(ledger.HoldCauses), words)
				lists++
			}
		}
		return nil
	}))
	assert.GreaterOrEqual(t, lists, 2, "the lists of causes are not found any more")
}

// enums are the closed lists of a description, by where they stand.
func enums(part any) map[string][]string {
	all := map[string][]string{}
	within := func(name string, inner any) {
		for at, words := range enums(inner) {
			all[strings.TrimSuffix(name+"."+at, ".")] = words
		}
	}
	switch part := part.(type) {
	case map[string]any:
		for name, inner := range part {
			within(name, inner)
			if list, is := inner.([]any); is && name == "enum" {
				for _, word := range list {
					if word, is := word.(string); is {
						all[name] = append(all[name], word)
					}
				}
			}
		}
	case []any:
		for _, inner := range part {
			within("", inner)
		}
	}
	return all
}

// What an attempt is settled with is in the catalogue, and a replay is only offered of what can be replayed.
func TestCatalogue_Rules(t *testing.T) {
	t.Parallel()
	for _, outcome := range ledger.Outcomes {
		assert.NotEmpty(t, outcome.Causes(), outcome)
		for _, cause := range outcome.Causes() {
			assert.True(t, cause == ledger.CauseNone || slices.Contains(ledger.Causes, cause), "%s settles with %s, which the catalogue lacks", outcome, cause)
		}
	}
	for _, row := range ledger.Catalogue {
		replayed := slices.ContainsFunc(row.Of, func(s ledger.State) bool {
			_, refusal := ledger.VerbReplay.Judge(ledger.Export{State: s, HasBody: true})
			return refusal == ""
		})
		if len(row.Of) > 0 {
			assert.Equal(t, replayed && row.Cause != ledger.CauseErased, row.Replay != ledger.ReplayNone, "%s: whether it can be replayed", row.Cause)
		}
	}
}

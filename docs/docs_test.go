package docs_test

import (
	"os"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/docs"
)

// shape is the headings of every page of the runbook, in order.
var shape = []string{
	"1. What it means", "2. Who is hurt, and how soon", "3. Is it real?", "4. Stop the harm", "5. Find the cause", "6. Fix", "7. Replay", "8. Verify",
	"9. Tell people", "10. Owner, last drill, links",
}

func TestRunbook_Shape(t *testing.T) {
	t.Parallel()
	for _, page := range docs.Runbook() {
		assert.Equal(t, page.Name, page.Title, "the heading is the file's name")
		var titles []string
		for _, section := range page.Sections {
			titles = append(titles, section.Title)
		}
		require.Equal(t, shape, titles, page.Name)
		assert.NotEmpty(t, page.Summary, page.Name)
		assert.True(t, strings.HasSuffix(page.Summary, "."), "%s: %s", page.Name, page.Summary)
		assert.LessOrEqual(t, len(page.Summary), 79, "%s: it is a line of a list: %s", page.Name, page.Summary)
		assert.NotEmpty(t, page.Sections[2].Steps, "%s: nothing shows whether it is real", page.Name)
		verify := page.Sections[7].Steps
		if assert.NotEmpty(t, verify, "%s: nothing verifies", page.Name) {
			assert.NotEmpty(t, verify[0].Output, "%s: what does the command print when all is well?", page.Name)
		}
	}
}

var branch = regexp.MustCompile(`(?m)^- `)

func TestRunbook_FewBranches(t *testing.T) {
	t.Parallel()
	for _, page := range docs.Runbook() {
		_, rest, _ := strings.Cut(page.Source(), "\n## 5. ")
		causes, _, _ := strings.Cut(rest, "\n## 6. ")
		assert.LessOrEqual(t, len(branch.FindAllString(causes, -1)), 5, "%s: at 3 a.m. nobody reads more", page.Name)
	}
}

func TestText_FitsATerminal(t *testing.T) {
	t.Parallel()
	for _, page := range append(docs.Runbook(), docs.Guides()...) {
		text := page.Text(100)
		assert.NotContains(t, text, "](", "%s: a link in Markdown", page.Name)
		for line := range strings.Lines(text) {
			if strings.HasPrefix(strings.TrimLeft(line, " "), "$ ") || strings.HasPrefix(line, "      ") || strings.Contains(line, "://") {
				continue // commands and what they print stay as they are
			}
			assert.LessOrEqual(t, utf8.RuneCountInString(strings.TrimRight(line, "\n")), 100, "%s: %s", page.Name, line)
		}
	}
}

func TestHTML_LinksStayInTheConsole(t *testing.T) {
	t.Parallel()
	href := regexp.MustCompile(`href="([^"]*)"`)
	for _, page := range append(docs.Runbook(), docs.Guides()...) {
		html, err := page.HTML("/runbooks")
		require.NoError(t, err)
		for _, found := range href.FindAllStringSubmatch(html, -1) {
			to := found[1]
			if strings.HasPrefix(to, "#") || strings.HasPrefix(to, "https://") {
				continue
			}
			name, ok := strings.CutPrefix(to, "/runbooks/")
			name, fragment, _ := strings.Cut(name, "#")
			there, known := docs.Find(name)
			if assert.True(t, ok && known, "%s leads to %s", page.Name, to) && fragment != "" {
				target, err := there.HTML("/runbooks")
				require.NoError(t, err)
				assert.Contains(t, target, `id="`+fragment+`"`, "%s leads to %s", page.Name, to)
			}
		}
		assert.NotContains(t, html, "<img", "%s: a picture that the console does not have", page.Name)
		assert.NotContains(t, html, "<script")
		assert.NotContains(t, html, "style=")
	}
}

// A link of a page must lead to a page: what leads nowhere would silently become plain text.
func TestRunbook_EveryLinkLeadsSomewhere(t *testing.T) {
	t.Parallel()
	link := regexp.MustCompile(`\]\(([^)]*)\)`)
	for _, page := range docs.Runbook() {
		html, err := page.HTML("/runbooks")
		require.NoError(t, err)
		assert.Equal(t, len(link.FindAllString(page.Source(), -1)), strings.Count(html, "<a href="), page.Name)
	}
}

// The table of causes says of each page what the page itself says.
func TestCauses_ListsEveryPage(t *testing.T) {
	t.Parallel()
	causes, found := docs.Find("causes")
	require.True(t, found)
	for _, page := range docs.Runbook() {
		assert.Contains(t, causes.Source(), "| [`"+page.Name+"`](runbooks/"+page.Name+".md) | "+page.Summary+" |")
	}
}

// The index names every guide, once in its table.
func TestIndex_ListsEveryGuide(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("README.md")
	require.NoError(t, err)
	for _, page := range docs.Guides() {
		assert.Equal(t, 1, strings.Count(string(text), "| ["+page.Name+".md]("+page.Name+".md) |"), "%s in docs/README.md", page.Name)
	}
	_, isPage := docs.Find("README")
	assert.False(t, isPage)
}

func TestFind(t *testing.T) {
	t.Parallel()
	page, found := docs.Find("payload.refused")
	require.True(t, found)
	assert.Contains(t, page.Summary, "400, 422")
	assert.Contains(t, page.Text(100), "\n3. Is it real?\n\n    $ ghexport dead --group\n")
	guide, found := docs.Find("restore")
	require.True(t, found)
	assert.Equal(t, "After a restore or a failover", guide.Title)
	_, found = docs.Find("nonsense")
	assert.False(t, found)
}

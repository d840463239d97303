package main

import (
	"cmp"
	"slices"

	"github.com/spf13/cobra"

	"github.com/interviewing-io/greenhouse-export/docs"
	"github.com/interviewing-io/greenhouse-export/ledger"
)

// pageWidth sets how wide a page of the runbook is printed.
const pageWidth = 100

// pageLine is a page of the runbook in the list of all, under the names of `explain --json`.
type pageLine struct {
	Name    string `json:"name"`
	IsCause bool   `json:"is_cause"` // else it is what somebody sees, for which no export has a cause
	Summary string `json:"summary"`
}

// pageJSON is a page under the names of `explain NAME --json`.
type pageJSON struct {
	pageLine
	Sections []sectionJSON `json:"sections"`
	Markdown string        `json:"markdown"`
}

type sectionJSON struct {
	Title    string   `json:"title"`
	Commands []string `json:"commands"`
}

func (c *cli) explainCause() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "explain [CAUSE]",
		Short: "Print the runbook's page of a cause: what it means, what to do, how to see that it is over",
		Long: `Prints a page of the runbook: of a cause, such as payload.refused, or of what is seen without one: stuck, missing, doubled,
privacy, silence, source, tracking, webhook. Alone it lists them all. The pages are compiled in: it needs no settings and no database.`,
		Example: "  ghexport explain\n  ghexport explain payload.refused | less",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return c.listPages(asJSON)
			}
			page, found := docs.Find(args[0])
			switch {
			case !found:
				return hinted(usagef("%q is no page of the runbook", visible(args[0])), "ghexport explain lists them")
			case asJSON:
				return c.json(pageAsJSON(page))
			}
			c.printf("%s", page.Text(pageWidth))
			return nil
		},
		ValidArgsFunction: func(_ *cobra.Command, args []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
			if len(args) > 0 {
				return nil, cobra.ShellCompDirectiveNoFileComp
			}
			var words []cobra.Completion
			for _, page := range runbook() {
				words = append(words, cobra.CompletionWithDesc(page.Name, page.Summary))
			}
			return words, cobra.ShellCompDirectiveNoFileComp
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON: an array of pages, or one page")
	return cmd
}

// runbook is its pages in the order of the causes, and then the others.
func runbook() []*docs.Page {
	pages := slices.Clone(docs.Runbook())
	order := func(p *docs.Page) int {
		n := slices.Index(ledger.Causes, ledger.Cause(p.Name))
		if n < 0 {
			return len(ledger.Causes)
		}
		return n
	}
	slices.SortStableFunc(pages, func(a, b *docs.Page) int { return cmp.Compare(order(a), order(b)) })
	return pages
}

func (c *cli) listPages(asJSON bool) error {
	list := []pageLine{}
	var rows [][]string
	for _, page := range runbook() {
		list = append(list, lineOf(page))
		rows = append(rows, []string{page.Name, page.Summary})
	}
	if asJSON {
		return c.json(list)
	}
	c.table([]column{{"page", 19}, {"what it means", 79}}, rows)
	return nil
}

func lineOf(page *docs.Page) pageLine {
	return pageLine{page.Name, slices.Contains(ledger.Causes, ledger.Cause(page.Name)), page.Summary}
}

func pageAsJSON(page *docs.Page) pageJSON {
	out := pageJSON{pageLine: lineOf(page), Sections: []sectionJSON{}, Markdown: page.Source()}
	for _, section := range page.Sections {
		commands := []string{}
		for _, step := range section.Steps {
			commands = append(commands, step.Lines()...)
		}
		out.Sections = append(out.Sections, sectionJSON{section.Title, commands})
	}
	return out
}

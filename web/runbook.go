package web

import (
	"html/template"
	"net/http"
	"slices"

	"github.com/interviewing-io/greenhouse-export/docs"
	"github.com/interviewing-io/greenhouse-export/ledger"
)

// runbookBase is the address below which the runbook's pages are.
const runbookBase = "/runbooks"

// runbookIndex lists the pages by what leads a reader to them.
type runbookIndex struct {
	Causes []*docs.Page // by an export's or a company's cause, in the order in which the ledger lists them
	Seen   []*docs.Page // by what somebody sees
	Guides []*docs.Page
}

func (k *console) runbooks(w http.ResponseWriter, r *http.Request) {
	index := runbookIndex{Guides: docs.Guides()}
	for _, cause := range ledger.Causes {
		if page, found := docs.Find(string(cause)); found {
			index.Causes = append(index.Causes, page)
		}
	}
	for _, page := range docs.Runbook() {
		if !slices.Contains(ledger.Causes, ledger.Cause(page.Name)) {
			index.Seen = append(index.Seen, page)
		}
	}
	k.show(w, r, http.StatusOK, "runbooks", "Runbooks", index)
}

// runbookPage is one page, rendered. Its text is compiled in, and the Markdown renderer lets no HTML of its own through.
type runbookPage struct {
	Cause ledger.Cause // whose exports are listed; empty where the page is not of a cause
	Text  template.HTML
}

func (k *console) runbook(w http.ResponseWriter, r *http.Request) {
	page, found := docs.Find(r.PathValue("cause"))
	if !found {
		k.noSuchPage(w, r)
		return
	}
	text, err := page.HTML(runbookBase)
	if err != nil {
		k.broken(w, r, err)
		return
	}
	content := runbookPage{Text: template.HTML(text)} //nolint:gosec // see above
	if cause := ledger.Cause(page.Name); slices.Contains(ledger.Causes, cause) {
		content.Cause = cause
	}
	k.show(w, r, http.StatusOK, "runbook", page.Title, content)
}

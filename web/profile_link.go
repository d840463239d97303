package web

import (
	"html/template"

	"github.com/interviewing-io/greenhouse-export/store"
)

// profileFuncs show in templates where somebody is in Greenhouse: the one place that knows how. The address, which Greenhouse's answer or
// a person gave, is a link where it leads to Greenhouse. What leads elsewhere is shown as text and never as a link: who reads it may be
// about to type a password there. Without an address there is nothing to show.
func profileFuncs(simulated bool) template.FuncMap {
	return template.FuncMap{"profileLink": func(address any, text string) template.HTML {
		href, _ := address.(string)
		if at, is := address.(*string); is && at != nil {
			href = *at
		}
		said := template.HTMLEscapeString(href)
		if _, err := store.ParseProfileURL(href, simulated); err != nil {
			return template.HTML(said)
		}
		return template.HTML(`<a href="` + said + `" rel="noopener noreferrer">` + template.HTMLEscapeString(text) + `</a>`)
	}}
}

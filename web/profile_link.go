package web

import (
	"html/template"

	"github.com/interviewing-io/greenhouse-export/store"
)

// profileFuncs tell templates whether the address of a profile, which Greenhouse's answer or a person gave, leads to Greenhouse. What
// leads elsewhere is shown as text and never as a link: who reads it may be about to type a password there.
func profileFuncs(simulated bool) template.FuncMap {
	return template.FuncMap{"profile": func(address string) bool {
		_, err := store.ParseProfileURL(address, simulated)
		return err == nil
	}}
}

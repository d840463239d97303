package web

import "github.com/interviewing-io/greenhouse-export/web/hooks"

// hookRoutes returns where companies' Greenhouses come in: without a session, by their signature.
func (k *console) hookRoutes() []route {
	if k.Hooks == nil {
		return nil
	}
	return []route{allow(anyone, "POST "+hooks.Path+"{org}", k.Hooks.ServeHTTP)}
}

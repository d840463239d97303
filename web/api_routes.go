package web

import "github.com/interviewing-io/greenhouse-export/web/api"

// apiRoutes are for the product's own settings page and for scripts. They speak JSON.
func (k *console) apiRoutes() []route {
	const greenhouse = "/api/orgs/{org}/greenhouse"
	read, write := staff.andCompany(), operators.andCompany()
	answers := &api.API{Store: k.Store, Greenhouse: k.Greenhouse, Hooks: k.hookSecrets(), Broken: k.broken}
	return []route{
		allow(anyone, "GET /api/openapi.json", api.Description),
		allow(read, "GET "+greenhouse, answers.Show),
		allow(write, "PUT "+greenhouse, answers.Save),
		allow(write, "POST "+greenhouse+"/test", answers.Test),
		allow(write, "POST "+greenhouse+"/enable", answers.Enable),
		allow(write, "POST "+greenhouse+"/disable", answers.Disable),
		allow(read, "POST "+greenhouse+"/preview", answers.Preview),
		allow(read, "GET "+greenhouse+"/jobs", answers.Jobs),
		allow(read, "GET "+greenhouse+"/pools", answers.Pools),
		allow(read, "GET "+greenhouse+"/roles", answers.Roles),
		allow(read, "GET "+greenhouse+"/webhook", answers.Webhook),
		allow(write, "POST "+greenhouse+"/webhook", answers.MakeWebhook),
		allow(read, "GET "+greenhouse+"/links", answers.Links),
		allow(write, "POST "+greenhouse+"/links", answers.MakeLinks),
		allow(read, "GET "+greenhouse+"/tracking", answers.Tracking),
	}
}

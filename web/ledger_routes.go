package web

// ledgerRoutes are the pages of exports: lists, one by one, why not, and decisions; for ours and, company by company, for its admins.
func (k *console) ledgerRoutes() []route {
	return []route{
		allow(staff, "GET /exports", k.exports),
		allow(staff, "POST /exports", k.searchExports),
		allow(staff, "GET /exports/csv", k.exportsCSV),
		allow(operators, "GET /exports/selected", k.planSelection),
		allow(staff.andCompany(), "GET /orgs/{org}/exports", k.companyExports),
		allow(staff.andCompany(), "POST /orgs/{org}/exports", k.searchCompany),
		allow(staff.andCompany(), "GET /orgs/{org}/exports/csv", k.companyCSV),

		allow(staff.andCompany(), "GET /exports/{id}", k.export).of(k.exportOrg),
		allow(operators.andCompany(), "POST /exports/{id}/reveal", k.reveal).of(k.exportOrg),
		allow(operators.andCompany(), "POST /exports/{id}/resolve", k.resolveExport).of(k.exportOrg),
		allow(operators, "POST /exports/{id}/replay", k.replayExport),
		allow(operators, "POST /exports/{id}/discard", k.discardExport),

		allow(staff, "GET /search", k.searchPage),
		allow(staff, "POST /search", k.searchEverything),
		allow(staff.andCompany(), "GET /orgs/{org}/search", k.companySearchPage),
		allow(staff.andCompany(), "POST /orgs/{org}/search", k.searchOfCompany),

		allow(staff, "GET /why", k.why),
		allow(staff, "POST /why", k.askWhy),
		allow(staff.andCompany(), "GET /orgs/{org}/why", k.companyWhy),
		allow(staff.andCompany(), "POST /orgs/{org}/why", k.askCompanyWhy),

		allow(staff, "GET /decisions", k.decisions),
		allow(operators, "GET /decisions/all", k.planAll),
		allow(operators, "POST /decisions/all", k.decideAll),
		allow(staff.andCompany(), "GET /orgs/{org}/decisions", k.companyDecisions),
		allow(operators.andCompany(), "GET /orgs/{org}/decisions/all", k.planCompany),
		allow(operators.andCompany(), "POST /orgs/{org}/decisions/all", k.decideCompany),
		allow(operators.andCompany(), "POST /orgs/{org}/decisions/policy", k.decideAlways),
	}
}

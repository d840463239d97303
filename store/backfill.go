package store

// SkippedByPolicy is the detail of an export that its company's policy skipped, by which it is told from one that a person skipped.
const SkippedByPolicy = "the company skips second interviews"

// PolicyGone is true of an export e that a policy skipped which is its company's no more.
const PolicyGone = `
	(e.cause = 'skipped' AND e.detail = '` + SkippedByPolicy + `'
	 AND coalesce((SELECT i.second_interview FROM ghexport.integrations i WHERE i.org_id = e.org_id), 'hold') <> 'skip') IS TRUE`

// AsideNo is true of an export e for which a message waits that does not say yes twice.
const AsideNo = `
	EXISTS (SELECT FROM ghexport.aside o WHERE o.export_id = e.id AND (` + eligibleMessage + `) IS NOT TRUE)`

// backfillColumns hold what a back-fill is judged by, beside what every verb is.
const backfillColumns = `coalesce(e.cause, ''), ` + IsTestCandidate + `, ` + PolicyGone + `, ` + AsideNo

package store

// IsTestCandidate is true of an export e that is a test candidate's: it counts nowhere and goes nowhere by a filter.
const IsTestCandidate = `'test' = ANY (e.flags)`

// IsTest is true of an export e that is a test candidate's, or that went to the test address of its company's test mode.
const IsTest = `e.flags && '{test,test_address}'::text[]`

// IsCounted is true of an export e that figures count: what was sent to a test address is in no Greenhouse, what waits meanwhile will be.
const IsCounted = `NOT (` + IsTestCandidate + ` OR e.state = 'sent' AND 'test_address' = ANY (e.flags))`

// NoTestAttempt leaves attempts t of test candidates out.
const NoTestAttempt = `t.export_id NOT IN (SELECT x.export_id FROM ghexport.test_candidates x WHERE x.export_id IS NOT NULL)`

// testsWaiting counts the test candidates of company i among what [WaitingOf] counts by indexes that do not know them.
const testsWaiting = `
	(SELECT count(*) FROM ghexport.test_candidates t JOIN ghexport.exports e ON e.id = t.export_id
	  WHERE t.org_id = i.org_id AND (e.due_at IS NOT NULL OR e.state = 'queued'))`

// noTestMessage leaves messages o of test candidates out.
const noTestMessage = `
	NOT EXISTS (SELECT FROM ghexport.test_candidates t WHERE t.org_id = o.org_id AND t.interview_id = o.interview_id)`

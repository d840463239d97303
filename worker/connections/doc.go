// Package connections looks at a company's Greenhouse account for people: it tests a key with its "Created by" user, says which of the
// two is wrong, reads lists of jobs and pools, previews what a candidate would look like, and compares the ledger with what is there.
// Every request is charged to the company's budget, and what it learned is kept.
package connections

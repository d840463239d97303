// Package wording says things to people: one entry for each thing, from which pages, commands and letters take their words. It imports
// the ledger's vocabulary and nothing else of ours.
package wording

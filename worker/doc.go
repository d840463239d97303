// Package worker moves exports outward: from the outbox into the ledger, from the ledger into River's queue, from the queue to
// Greenhouse, and back with what became of them.
//
// Read in the order of the flow: [Relay] folds and dispatches, the export worker makes an intent, one POST and a settle, [ledger.Judge] says
// what an outcome means, the sweep repairs what a crash leaves, the prober finds out when a refused company may send again. All SQL
// is in package store, all HTTP in package greenhouse; what is here is order and policy.
package worker

// Package worker sends exports and records what became of them: it runs River's client, which takes one job for each export.
//
//	outbox ──fold──► ledger ──dispatch──► River's queue ──► worker ──POST──► Greenhouse
//	         worker/relay                                    intent before, settle after
//
// An export worker makes an intent, one POST and a settle; [ledger.Judge] says what an outcome means and when to go again; the
// prober finds out when a refused company may send again. Folding and dispatching are in worker/relay, what is sent is made in
// worker/render, a company's account is looked at in worker/connections, people are told in worker/notice.
//
// Dispatch stands in two places and so does fold, each for a reason. The relay dispatches in the transaction that folded, so that a
// result on a quiet day costs one turn of the relay's lock, and by itself, for what became due without a message. It folds a batch in
// one statement, since a flood arrives in batches, and arrival by arrival where the database refuses the batch, so that one bad message
// holds up no other.
//
// All SQL is in package store, all HTTP in package greenhouse; what is here is order and policy.
package worker

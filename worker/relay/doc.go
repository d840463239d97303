// Package relay turns committed messages into exports and exports into jobs. One relay of all nodes works at a time: it folds the
// outbox into the ledger, dispatches what is due into River's queue within each company's budget, sweeps up what crashes left, and
// moves replay runs along. It holds nothing that a restart could lose, and its order of work is policy: all SQL is in package store.
package relay

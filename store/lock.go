package store

// Lock order, so that nothing here can deadlock: the relay's lock or that of runs, then replay runs by id, then exports by id, then
// members of runs, then budgets by credential, then integrations by org, then control. Who needs only some of them keeps the order of
// those. Intents, the sweep and the steps of runs skip rows that are locked; every other waits, at most for lock_timeout, and what
// lost against another transaction is done again ([Contended]). Producers lock nothing that the exporter locks: they only insert into
// the outbox.

// relayLock is the transaction-level advisory lock ("ghexport") whose holder is the one relay at work. Verbs that must not meet a
// fold or a dispatch in the middle wait for it.
const relayLock int64 = 0x67686578706f7274

// runsLock is the same for steps of replay runs ("ghexporu"). They need no turn of the relay's, and live work does not wait for them.
const runsLock = relayLock + 1

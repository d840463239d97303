package store

// relayLock is the transaction-level advisory lock ("ghexport") whose holder is the one relay at work. Verbs that must not meet a
// fold or a dispatch in the middle wait for it.
const relayLock int64 = 0x67686578706f7274

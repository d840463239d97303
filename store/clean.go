package store

// detailCap is how many bytes of somebody else's words the ledger keeps.
const detailCap = 2000

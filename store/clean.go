package store

// DetailCap sets how many bytes of somebody else's words the ledger keeps.
const DetailCap = 2000

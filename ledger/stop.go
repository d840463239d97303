package ledger

// GuardActor names who stops everything where the guard does.
const GuardActor = "ghexport"

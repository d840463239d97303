package ledger

// GuardActor is who stops everything where the guard does.
const GuardActor = "ghexport"

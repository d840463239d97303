// Package ledger holds what is true of an export wherever it is read: its states, causes, outcomes and flags, and the pure rules about
// them. A fold is placed here, a late answer is fenced, a budget is counted, a verb is judged; nothing here reads a clock, a database or
// a socket, and nothing of ours is imported. The database's function `ghexport.sound`, which a CHECK calls, lists the same words.
package ledger

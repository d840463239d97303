// Package render makes of an interview's message what Greenhouse is sent: the name in two parts, the profile's address and the note in
// its fixed format. It also takes a person's data out of words that came back. Everything is pure: the same message renders the same
// bytes on every node.
package render

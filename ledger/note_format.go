package ledger

// The layouts of the note by their numbers, which bodies record. A layout never changes: another one gets another number.
const (
	NoteFormatLines   = 1 // a header that tells the scale of the scores, blank lines between the items
	NoteFormatBullets = 2 // a short header, a bullet before each item
)

// NoteFormats are the layouts that a company can choose from, the one of who chose none first.
var NoteFormats = []int{NoteFormatLines, NoteFormatBullets}

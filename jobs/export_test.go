package jobs

// JSONBSize is jsonbSize of a message's text, and whether Postgres would take it as jsonb at all.
func JSONBSize(message []byte) (int, bool) {
	root, problem := parse(message)
	return jsonbSize(root), problem == ""
}

// Blanks holds what the rules know.
const Blanks = blanks

package store

// What a dead export e died of, in SQL, and the short name of that. An older binary left no shape; its letters group by a rougher one.
const (
	DiedOf      = `coalesce(e.died_of, regexp_replace(e.detail, '[0-9]+', 'N', 'g'), '')`
	DiedVersion = `coalesce(e.died_version, '')`
	Fingerprint = `left(md5(concat_ws(chr(10), e.cause, ` + DiedOf + `, ` + DiedVersion + `)), 10)`
)

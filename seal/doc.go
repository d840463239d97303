// Package seal keeps secrets and names people without showing them: it seals companies' API keys under a keyset that can rotate,
// digests addresses, candidates' ids and keys so that repeats are found, and cleans an API key that a person pasted. It is pure: it
// reads no database, and nothing that it returns or prints holds a key.
package seal

package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// wire is a message of Postgres's protocol.
func wire(kind byte, body string) string {
	return string([]byte{kind, 0, 0, 0, byte(4 + len(body))}) + body
}

// However the bytes are cut, the client sees what it would have seen, and the server is turned at a statement's beginning alone.
func TestSession(t *testing.T) {
	t.Parallel()
	ready, within := wire('Z', "I"), wire('Z', "T")
	ask, turning := wire('Q', "SELECT 1\x00"), string(readOnly)
	const first, second = 0, 1
	for size := 1; size < 40; size++ {
		s := &session{}
		arrives := func(text string) (seen string) {
			for b := []byte(text); len(b) > 0; b = b[min(size, len(b)):] {
				seen += string(s.answers(b[:min(size, len(b))]))
			}
			return seen
		}
		assert.Equal(t, "startup", string(s.asks([]byte("startup"), second)), "before it is ready nothing is put in")
		s.turned = first
		greeting := wire('R', "\x00\x00\x00\x00") + wire('S', "TimeZone\x00UTC\x00") + ready
		assert.Equal(t, greeting, arrives(greeting))
		assert.Equal(t, ask, string(s.asks([]byte(ask), first)))
		assert.Equal(t, within, arrives(within))
		assert.Equal(t, ask, string(s.asks([]byte(ask), second)), "a transaction is left alone")
		notice := wire('A', "\x00\x00\x00\x01channel\x00\x00")
		assert.Equal(t, wire('C', "COMMIT\x00")+ready+notice, arrives(wire('C', "COMMIT\x00")+ready+notice))
		assert.Equal(t, turning+ask, string(s.asks([]byte(ask), second)))
		assert.Equal(t, ask, string(s.asks([]byte(ask), second)), "once")
		answer := wire('1', "") + wire('D', "\x00\x00") + ready
		assert.Equal(t, notice+answer, arrives(wire('C', "SET\x00")+notice+ready+answer), "pieces of %d", size)
		assert.Equal(t, ask, string(s.asks([]byte(ask), second)))
	}
}

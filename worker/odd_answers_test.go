package worker

import (
	"bufio"
	"bytes"
	"compress/flate"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"unicode/utf16"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/greenhouse"
	"github.com/interviewing-io/greenhouse-export/worker/relay"
)

// oddAnswer holds what stands on the wire behind a request, byte for byte, and the state in which its export rests.
type oddAnswer struct {
	wire  string
	state string
	id    int64 // of a sent export
	cut   bool  // the connection ends with it; else it stays, and only we know that nothing follows
}

// whole is an answer with its length.
func whole(status, headers, body string) string {
	return fmt.Sprintf("HTTP/1.1 %s\r\n%sContent-Length: %d\r\n\r\n%s", status, headers, len(body), body)
}

func oddAnswers(t *testing.T) map[string]oddAnswer {
	t.Helper()
	const good, there = `{"id":17}`, "Location: https://evil.example/v1/partner/candidates\r\n"
	utf16le := "\xff\xfe"
	for _, unit := range utf16.Encode([]rune(good)) {
		utf16le += string([]byte{byte(unit), byte(unit >> 8)})
	}
	chunk := func(text string) string { return fmt.Sprintf("%x\r\n%s\r\n", len(text), text) }
	chunked := func(rest string) string { return "HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n" + rest }
	squeezed, deflated := squeeze(t, good), deflate(t, good)
	return map[string]oddAnswer{
		"Deflated":        {wire: whole("201 Created", "Content-Encoding: deflate\r\n", deflated), state: "unknown"},
		"Brotli":          {wire: whole("201 Created", "Content-Encoding: br\r\n", "\x0b\x04\x80"+good+"\x03"), state: "unknown"},
		"Zstandard":       {wire: whole("201 Created", "Content-Encoding: zstd\r\n", "\x28\xb5\x2f\xfd\x04\x00"+good), state: "unknown"},
		"Gzipped":         {wire: whole("201 Created", "Content-Encoding: gzip\r\n", squeezed), state: "sent", id: 17},
		"GzippedTwice":    {wire: whole("201 Created", "Content-Encoding: gzip, gzip\r\n", squeeze(t, squeezed)), state: "unknown"},
		"GzippedChunks":   {wire: chunked(chunk(squeezed[:7]) + chunk(squeezed[7:]) + "0\r\n\r\n"), state: "sent", id: 17},
		"TransferGzip":    {wire: "HTTP/1.1 201 Created\r\nTransfer-Encoding: gzip, chunked\r\n\r\n" + chunk(squeezed) + "0\r\n\r\n", state: "unknown", cut: true},
		"UTF16":           {wire: whole("201 Created", "Content-Type: application/json; charset=utf-16\r\n", utf16le), state: "unknown"},
		"ByteOrderMark":   {wire: whole("201 Created", "", "\ufeff"+good), state: "sent", id: 17},
		"Lines":           {wire: whole("201 Created", "Content-Type: application/x-ndjson\r\n", good+"\n{\"id\":18}\n"), state: "unknown"},
		"OneLine":         {wire: whole("201 Created", "Content-Type: application/x-ndjson\r\n", good+"\n"), state: "sent", id: 17},
		"Guarded":         {wire: whole("201 Created", "", ")]}',\n"+good), state: "unknown"},
		"Page":            {wire: whole("200 OK", "Content-Type: text/html\r\n", good), state: "sent", id: 17},
		"NULsBehind":      {wire: whole("201 Created", "", good+"\x00\x00"), state: "unknown"},
		"Deep":            {wire: whole("201 Created", "", strings.Repeat("[", 400_000)), state: "unknown"},
		"DeepBeside":      {wire: whole("201 Created", "", `{"id":17,"more":`+strings.Repeat(`{"a":`, 200_000)+"1"+strings.Repeat("}", 200_000)+"}"), state: "unknown"},
		"DeepRefusal":     {wire: whole("422 No", "", `{"errors":`+strings.Repeat("[", 400_000)+"}"), state: "dead"},
		"BadUTF8":         {wire: whole("201 Created", "", "{\"id\":17,\"external_id\":\"\xff\xfe\"}"), state: "sent", id: 17},
		"IDInFullWidth":   {wire: whole("201 Created", "", `{"id":"１７"}`), state: "unknown"},
		"IDWithZeros":     {wire: whole("201 Created", "", `{"id":"0017"}`), state: "sent", id: 17},
		"IDOf1e18":        {wire: whole("201 Created", "", `{"id":1000000000000000000}`), state: "sent", id: 1e18},
		"IDWritten1e18":   {wire: whole("201 Created", "", `{"id":1e18}`), state: "unknown"},
		"Empty201":        {wire: whole("201 Created", "", ""), state: "unknown"},
		"Accepted":        {wire: whole("202 Accepted", "", `{"status":"queued"}`), state: "unknown"},
		"NoContent":       {wire: "HTTP/1.1 204 No Content\r\n\r\n", state: "unknown"},
		"ResetContent":    {wire: "HTTP/1.1 205 Reset Content\r\nContent-Length: 0\r\n\r\n", state: "unknown"},
		"PartialContent":  {wire: whole("206 Partial Content", "Content-Range: bytes 0-8/900\r\n", good), state: "sent", id: 17},
		"MultiStatus":     {wire: whole("207 Multi-Status", "", `[{"status":201,"body":`+good+`}]`), state: "unknown"},
		"ShortBody":       {wire: "HTTP/1.1 201 Created\r\nContent-Length: 900\r\n\r\n" + good, state: "unknown", cut: true},
		"CutChunks":       {wire: chunked(chunk(good[:5])), state: "unknown", cut: true},
		"CutAfterAll":     {wire: chunked(chunk(good)), state: "unknown", cut: true},
		"BadChunkSize":    {wire: chunked("zz\r\n" + good), state: "unknown", cut: true},
		"HugeChunkSize":   {wire: chunked("ffffffffffffffff\r\n" + good), state: "unknown", cut: true},
		"NoLength":        {wire: "HTTP/1.1 201 Created\r\n\r\n" + good, state: "sent", id: 17, cut: true},
		"HTTP10":          {wire: "HTTP/1.0 201 Created\r\n\r\n" + good, state: "sent", id: 17, cut: true},
		"HTTP2Line":       {wire: "HTTP/2.0 201 Created\r\n\r\n" + good, state: "sent", id: 17, cut: true},
		"NoHTTP":          {wire: good, state: "unknown", cut: true},
		"TwoLengths":      {wire: "HTTP/1.1 201 Created\r\nContent-Length: 9\r\nContent-Length: 8\r\n\r\n" + good, state: "unknown", cut: true},
		"NegativeLength":  {wire: "HTTP/1.1 201 Created\r\nContent-Length: -1\r\n\r\n" + good, state: "unknown", cut: true},
		"HexLength":       {wire: "HTTP/1.1 201 Created\r\nContent-Length: 0x9\r\n\r\n" + good, state: "unknown", cut: true},
		"NULInAHeader":    {wire: whole("201 Created", "X-Request-Id: a\x00b\r\n", good), state: "unknown"},
		"FoldedHeader":    {wire: whole("201 Created", "X-RateLimit-Limit: 50\r\n 60\r\n", good), state: "sent", id: 17},
		"ManyHeaders":     {wire: whole("201 Created", strings.Repeat("X-RateLimit-Limit: 50\r\nRetry-After: -1\r\n", 300), good), state: "sent", id: 17},
		"StatusOfTwo":     {wire: "HTTP/1.1 20 OK\r\n\r\n" + good, state: "unknown", cut: true},
		"StatusOfWords":   {wire: "HTTP/1.1 Created 201\r\n\r\n" + good, state: "unknown", cut: true},
		"StatusZero":      {wire: whole("000 Nothing", "", good), state: "unknown"},
		"Continue":        {wire: strings.Repeat("HTTP/1.1 100 Continue\r\n\r\n", 3) + whole("201 Created", "", good), state: "sent", id: 17},
		"EarlyHints":      {wire: "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + whole("201 Created", "", good), state: "sent", id: 17},
		"HintsForEver":    {wire: strings.Repeat("HTTP/1.1 102 Processing\r\n\r\n", 5000), state: "unknown", cut: true},
		"Switching":       {wire: "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n" + good, state: "unknown"},
		"MovedElsewhere":  {wire: whole("301 Moved", there, ""), state: "pending"},
		"SeeElsewhere":    {wire: whole("303 See Other", there, good), state: "pending"},
		"NotModified":     {wire: "HTTP/1.1 304 Not Modified\r\n\r\n", state: "pending"},
		"TemporarilyElse": {wire: whole("307 Temporary", there, ""), state: "pending"},
		"PermanentlyElse": {wire: whole("308 Permanent", there, ""), state: "pending"},
		"TeapotInUTF16":   {wire: whole("418 Teapot", "", utf16le), state: "dead"},
		"DownDeflated":    {wire: whole("503 Down", "Retry-After: 1e400\r\nContent-Encoding: deflate\r\n", deflated), state: "pending"},
	}
}

func squeeze(t *testing.T, text string) string {
	t.Helper()
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	_, err := io.WriteString(z, text)
	require.NoError(t, err)
	require.NoError(t, z.Close())
	return out.String()
}

func deflate(t *testing.T, text string) string {
	t.Helper()
	var out bytes.Buffer
	z, err := flate.NewWriter(&out, flate.BestCompression)
	require.NoError(t, err)
	_, err = io.WriteString(z, text)
	require.NoError(t, err)
	require.NoError(t, z.Close())
	return out.String()
}

// wires answers each key's requests with its bytes, and nothing else, and counts them.
type wires struct {
	address string
	mu      sync.Mutex
	of      map[string]oddAnswer
	asked   map[string]int
}

func serveWires(t *testing.T, of map[string]oddAnswer) *wires {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	w := &wires{address: "http://" + listener.Addr().String(), of: of, asked: map[string]int{}}
	var serving sync.WaitGroup
	serving.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			serving.Go(func() {
				defer conn.Close()
				defer context.AfterFunc(t.Context(), func() { conn.Close() })()
				w.answer(conn)
			})
		}
	})
	t.Cleanup(func() {
		listener.Close()
		serving.Wait()
	})
	return w
}

func (w *wires) answer(conn net.Conn) {
	for in := bufio.NewReader(conn); ; {
		request, err := http.ReadRequest(in)
		if err != nil {
			return
		}
		io.Copy(io.Discard, request.Body) //nolint:errcheck // whatever came, the answer is the same
		key, _, _ := request.BasicAuth()
		w.mu.Lock()
		w.asked[key]++
		odd := w.of[key]
		w.mu.Unlock()
		if _, err := io.WriteString(conn, odd.wire); err != nil || odd.cut {
			return
		}
	}
}

// Whatever stands on the wire, the export ends as what it means: in Greenhouse where an id can be read, undecided where it may be there,
// again later where it was not taken, and never twice at once; no redirect is followed.
func TestOddAnswers(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	all, keys, of := oddAnswers(t), map[string]string{}, map[string]oddAnswer{}
	for name, odd := range all {
		keys[name] = r.company("org_" + name)
		of[keys[name]] = odd
		r.enqueue(result("org_"+name, name))
	}
	w := serveWires(t, of)
	r.start(func(c *Config, _ *relay.Relay) { c.Greenhouse = &greenhouse.Client{BaseURL: w.address} })
	for name, odd := range all {
		e := r.until(name, odd.state, func(e row) bool { return e.Attempts >= 1 && e.State != "sending" && e.State != "queued" })
		assert.Equal(t, odd.state, e.State, name)
		if odd.id != 0 && assert.NotNil(t, e.CandidateID, name) {
			assert.Equal(t, odd.id, *e.CandidateID, name)
		}
	}
	var awaited int
	require.NoError(t, r.watch.QueryRow(t.Context(), "SELECT count(*) FROM ghexport.attempts WHERE detail LIKE '%no complete answer%'").Scan(&awaited))
	assert.Zero(t, awaited, "no answer is awaited behind one that has come")
	w.mu.Lock()
	defer w.mu.Unlock()
	for name := range all {
		assert.Equal(t, 1, w.asked[keys[name]], "%s: requests", name)
	}
	assert.NotContains(t, r.said(), "recorded without it", "each settle was written as it stood")
}

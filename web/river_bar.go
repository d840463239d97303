package web

import (
	"bytes"
	"net/http"
	"strings"
)

// riverBar is laid over River UI, which cannot be changed: the way back, what its states mean here, and from a job to its export.
const riverBar = `<link rel="stylesheet" href="/assets/river.css">
<noscript><p class="ghexport-bar">River UI needs script, and none runs here. Without it: <a href="/exports">exports</a>, <a href="/dead">dead letters</a>, <a href="/runs">replays</a>.</p></noscript>
<nav class="ghexport-bar" aria-label="Greenhouse export">
<a href="/">Overview</a>
<a href="/river-help">Discarded is the dead-letter list: what the states mean here</a>
<a id="ghexport-export" href="/" hidden>The export of this job</a>
</nav>
<script type="module" src="/assets/river.js"></script>
</body>`

// riverPage serves a page of River UI with the bar in it.
func (k *console) riverPage(w http.ResponseWriter, r *http.Request) {
	whole := r.Clone(r.Context())
	for _, partial := range []string{"Range", "If-Range", "If-Modified-Since", "If-None-Match"} { // they are about the page without the bar
		whole.Header.Del(partial)
	}
	page := &kept{header: http.Header{}, status: http.StatusOK}
	k.RiverUI.ServeHTTP(page, whole)
	if strings.HasPrefix(page.header.Get("Content-Type"), "text/html") {
		text := bytes.Replace(page.body.Bytes(), []byte("</body>"), []byte(riverBar), 1)
		page.body = *bytes.NewBuffer(text)
		for _, of := range []string{"Content-Length", "Last-Modified", "Etag", "Accept-Ranges"} {
			page.header.Del(of)
		}
	}
	page.send(w)
}

// kept is an answer that is looked at before it is sent.
type kept struct {
	header http.Header
	status int
	body   bytes.Buffer
}

// Header is the answer's own.
func (k *kept) Header() http.Header { return k.header }

// WriteHeader keeps the status.
func (k *kept) WriteHeader(status int) { k.status = status }

// Write keeps a piece of the body.
func (k *kept) Write(p []byte) (int, error) { return k.body.Write(p) }

// send sends it.
func (k *kept) send(w http.ResponseWriter) {
	for name, values := range k.header {
		w.Header()[name] = values
	}
	w.WriteHeader(k.status)
	w.Write(k.body.Bytes()) //nolint:errcheck // nobody is left to tell
}

package main

import (
	"strings"
	"time"

	"github.com/interviewing-io/greenhouse-export/greenhouse/greenhousesim"
)

// answers are the ways in which Greenhouse misbehaves. "stored" means that the candidate exists there all the same.
var answers = []struct {
	name  string
	fault greenhousesim.Fault
}{
	{"500", greenhousesim.Fault{Status: 500}},
	{"502", greenhousesim.Fault{Status: 502, Body: greenhousesim.Text("<html>Bad Gateway</html>")}},
	{"503", greenhousesim.Fault{Status: 503}},
	{"500, stored", greenhousesim.Fault{Status: 500, Accepts: true}},
	{"503, stored", greenhousesim.Fault{Status: 503, Accepts: true}},
	{"504, stored", greenhousesim.Fault{Status: 504, Accepts: true}},
	{"no answer", greenhousesim.Fault{Hang: true}},
	{"no answer, stored", greenhousesim.Fault{Hang: true, Accepts: true}},
	{"cut before the body is read", greenhousesim.Fault{Cut: greenhousesim.CutBefore}},
	{"cut during the answer, stored", greenhousesim.Fault{Cut: greenhousesim.CutDuring}},
	{"cut instead of the answer, stored", greenhousesim.Fault{Cut: greenhousesim.CutAfter}},
	{"half an answer, stored", greenhousesim.Fault{Truncate: true}},
	{"slow answer, stored", greenhousesim.Fault{Delay: 2 * time.Second}},
	{"answer of a megabyte, stored", greenhousesim.Fault{Status: 201, Accepts: true, Body: greenhousesim.Text(strings.Repeat("\x00x", 1<<19))}},
	{"429", greenhousesim.Fault{Status: 429, Headers: map[string]string{"Retry-After": "1"}}},
	{"429 without headers", greenhousesim.Fault{Status: 429, Headers: map[string]string{"Retry-After": "", "X-RateLimit-Reset": ""}}},
	{"429 with hostile headers", greenhousesim.Fault{Status: 429, Headers: map[string]string{
		"Retry-After": "-1", "X-RateLimit-Limit": "NaN", "X-RateLimit-Remaining": "-7", "X-RateLimit-Reset": "1e400", "Date": "Fri, 31 Dec 9999 23:59:59 GMT",
	}}},
	{"hostile headers, stored", greenhousesim.Fault{Headers: map[string]string{
		"X-RateLimit-Limit": "4294967295", "X-RateLimit-Remaining": "99999999999999999999", "X-RateLimit-Reset": "10000", "Retry-After": "1e400", "Date": "never",
	}}},
	{"gzipped answer, stored", greenhousesim.Fault{Gzip: true}},
	{"gzipped answer that is cut, stored", greenhousesim.Fault{Gzip: true, Cut: greenhousesim.CutDuring}},
	{"answer in UTF-16, stored", greenhousesim.Fault{Status: 201, Accepts: true, Body: greenhousesim.Text("\xff\xfe{\x00\"\x00i\x00d\x00\"\x00:\x007\x00}\x00")}},
	{"202 without an id, stored", greenhousesim.Fault{Status: 202, Accepts: true, Body: greenhousesim.Text(`{"status":"queued"}`)}},
	{"bytes after the answer, stored", greenhousesim.Fault{Trailing: "HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n{\"id\":9}"}},
	{"401", greenhousesim.Fault{Status: 401}},
	{"403", greenhousesim.Fault{Status: 403}},
	{"404", greenhousesim.Fault{Status: 404}},
	{"408, stored", greenhousesim.Fault{Status: 408, Accepts: true}},
	{"422", greenhousesim.Fault{Status: 422, Body: greenhousesim.Text(`{"errors":[{"field":"emails.type","message":"is not included in the list"}]}`)}},
	{"302", greenhousesim.Fault{Status: 302, Headers: map[string]string{"Location": "https://status.greenhouse.example/"}}},
}

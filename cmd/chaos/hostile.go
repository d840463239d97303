package main

import (
	"strings"

	"github.com/interviewing-io/greenhouse-export/greenhouse/greenhousesim"
)

// limits are the headers of a budget, and when to come again.
func limits(limit, remaining, reset, again string) map[string]string {
	return map[string]string{"X-RateLimit-Limit": limit, "X-RateLimit-Remaining": remaining, "X-RateLimit-Reset": reset, "Retry-After": again}
}

// hostile are answers whose headers and bytes no server should send, whatever happened to the candidate.
var hostile = []answer{
	{"answer of a megabyte, stored", greenhousesim.Fault{Status: 201, Accepts: true, Body: greenhousesim.Text(strings.Repeat("\x00x", 1<<19))}},
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
	{"headers below zero, stored", greenhousesim.Fault{Headers: limits("-50", "-1", "-1800000004", "-3600")}},
	{"headers of words, stored", greenhousesim.Fault{Headers: limits("fifty", "\x01\xff", "Mon, 23 Nov 2026", "soon")}},
	{"headers in billions, stored", greenhousesim.Fault{Headers: limits("9223372036854775808", "4294967296", "9223372036854775807", "99999999999999999999")}},
	{"headers many times over, stored", greenhousesim.Fault{Headers: limits(lines("50"), lines("49\n0"), lines("1\n9"), lines("0"))}},
	{"a budget of nothing, stored", greenhousesim.Fault{Headers: limits("0", "0", "0", "0")}},
	{"429 with Retry-After: 0", greenhousesim.Fault{Status: 429, Headers: limits("50", "0", "0", "0")}},
	{"429 with Retry-After in billions", greenhousesim.Fault{Status: 429, Headers: limits("50", "0", "99999999999", "99999999999")}},
	{"429 in a row", greenhousesim.Fault{Status: 429, Times: 5, Headers: map[string]string{"Retry-After": "0"}}},
	{"503 with Retry-After in billions", greenhousesim.Fault{Status: 503, Headers: map[string]string{"Retry-After": "4294967296"}}},
	{"gzip that is none, stored", greenhousesim.Fault{Headers: map[string]string{"Content-Encoding": "gzip"}}},
	{"two ids, stored", greenhousesim.Fault{Status: 201, Accepts: true, Body: greenhousesim.Text("{\"id\":7}\n{\"id\":8}")}},
}

// lines makes a value a hundred headers.
func lines(value string) string { return strings.Repeat(value+"\n", 100) }

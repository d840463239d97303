package main

import (
	"time"

	"github.com/interviewing-io/greenhouse-export/greenhouse/greenhousesim"
)

// answer is a misbehaviour and what it is called. Times of its fault multiplies how often it was drawn.
type answer struct {
	name  string
	fault greenhousesim.Fault
}

// answers are the ways in which Greenhouse misbehaves. "stored" means that the candidate exists there all the same.
var answers = []answer{
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
	{"429", greenhousesim.Fault{Status: 429, Headers: map[string]string{"Retry-After": "1"}}},
	{"429 without headers", greenhousesim.Fault{Status: 429, Headers: map[string]string{"Retry-After": "", "X-RateLimit-Reset": ""}}},
	{"401", greenhousesim.Fault{Status: 401}},
	{"403", greenhousesim.Fault{Status: 403}},
	{"404", greenhousesim.Fault{Status: 404}},
	{"408, stored", greenhousesim.Fault{Status: 408, Accepts: true}},
	{"422", greenhousesim.Fault{Status: 422, Body: greenhousesim.Text(`{"errors":[{"field":"emails.type","message":"is not included in the list"}]}`)}},
	{"302", greenhousesim.Fault{Status: 302, Headers: map[string]string{"Location": "https://status.greenhouse.example/"}}},
}

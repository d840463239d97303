package ledger

import "time"

// Span tells how far back numbers look.
type Span string

// The spans, the shortest first.
const (
	SpanDay   Span = "24h"
	SpanWeek  Span = "7d"
	SpanMonth Span = "30d"
)

// Spans are all of them.
var Spans = []Span{SpanDay, SpanWeek, SpanMonth}

// Length returns how far back a span looks, and Step how it is divided. An unknown span is a day.
func (s Span) Length() time.Duration {
	switch s {
	case SpanWeek:
		return 7 * 24 * time.Hour
	case SpanMonth:
		return 30 * 24 * time.Hour
	}
	return 24 * time.Hour
}

// Step is the length of one part of a span: whole hours, so that each hour is in one part.
func (s Span) Step() time.Duration {
	switch s {
	case SpanWeek:
		return 6 * time.Hour
	case SpanMonth:
		return 24 * time.Hour
	}
	return time.Hour
}

// Numbers describe how sending went in a span, for all companies or for one, by the clock of the database.
type Numbers struct {
	Span  Span
	Parts []Part // the oldest first, none left out; the last is not over yet
	All   Part   // of the whole span
}

// Part is the attempts that ended in one stretch of time.
type Part struct {
	Began time.Time
	Pace
	P99 Seconds `json:"p99_s"`
}

// Failed counts the attempts that were not sent by whose doing it was.
func (p Part) Failed() map[Fault]int64 {
	failed := map[Fault]int64{}
	for cause, n := range p.Causes {
		fault := cause.Fault()
		if fault == "" {
			fault = FaultOurs
		}
		failed[fault] += n
	}
	return failed
}

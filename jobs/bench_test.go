package jobs_test

import (
	"testing"

	"github.com/interviewing-io/greenhouse-export/jobs"
)

// What it costs to read one message, as every message of every company is.
func BenchmarkDecode(b *testing.B) {
	message := example(b)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := jobs.Decode(message); err != nil {
			b.Fatal(err)
		}
	}
}

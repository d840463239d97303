package main

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"time"
)

// percentile is the nearest rank's value; 0 of nothing.
func percentile[T cmp.Ordered](values []T, p float64) (at T) {
	if len(values) == 0 {
		return at
	}
	sorted := slices.Sorted(slices.Values(values))
	rank := int(math.Ceil(p / 100 * float64(len(sorted))))
	return sorted[min(max(rank, 1), len(sorted))-1]
}

// median of an even number is the mean of the two in the middle.
func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	n := len(sorted)
	if n == 0 {
		return 0
	}
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}

// spread prints the median and, in brackets, the least and the most.
func spread(format string, values []float64) string {
	return fmt.Sprintf(format+" ("+format+"-"+format+")", median(values), slices.Min(values), slices.Max(values))
}

// latencies prints p50, p95, p99 and the longest in milliseconds.
func latencies(values []time.Duration) string {
	return fmt.Sprintf("%.2f\t%.2f\t%.2f\t%.2f", ms(percentile(values, 50)), ms(percentile(values, 95)), ms(percentile(values, 99)),
		ms(percentile(values, 100)))
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

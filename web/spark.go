package web

import (
	"fmt"
	"time"

	"github.com/interviewing-io/greenhouse-export/store/query"
	"github.com/interviewing-io/greenhouse-export/wording"
)

// spark is a small picture of a row of counts, all worked out.
type spark struct {
	Says string
	Bars []bar
}

// The measures of a spark, in the units of its viewBox.
const (
	sparkWidth  = 192
	sparkHeight = 36
)

// sparkOf draws when letters died. Pure.
func sparkOf(t query.DeathTrend) spark {
	var most, last int64
	for _, n := range t.Counts {
		most = max(most, n)
		if n > 0 {
			last = n
		}
	}
	unit, span := "hour", "two days"
	if t.Step.Duration() > time.Hour {
		unit, span = "day", fmt.Sprintf("%d days", len(t.Counts))
	}
	s := spark{Says: fmt.Sprintf("Deaths by %s over %s: at most %s in one, %s in the last that had any.", unit, span, wording.Number(most), wording.Number(last))}
	step := float64(sparkWidth) / float64(max(len(t.Counts), 1))
	for i, n := range t.Counts {
		if n == 0 {
			continue
		}
		tall := max(2, sparkHeight*float64(n)/float64(most))
		s.Bars = append(s.Bars, bar{
			X: coordinate(float64(i) * step), Y: coordinate(sparkHeight - tall), W: coordinate(step - 1), H: coordinate(tall),
			Text: fmt.Sprintf("%s ago: %s", wording.Age(time.Duration(len(t.Counts)-1-i)*t.Step.Duration()), wording.Number(n)),
		})
	}
	return s
}

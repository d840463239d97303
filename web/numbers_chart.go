package web

import (
	"cmp"
	"fmt"
	"math"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/wording"
)

// partTime names a part of a span: its hour within a day, else its day too.
func partTime(span ledger.Span, p ledger.Part) string {
	switch span {
	case ledger.SpanWeek:
		return p.Began.UTC().Format("2 Jan 15:04")
	case ledger.SpanMonth:
		return p.Began.UTC().Format("2 Jan")
	}
	return p.Began.UTC().Format("15:04")
}

// partMarks says how many parts there are from one word below the plot to the next.
var partMarks = map[ledger.Span]int{ledger.SpanDay: 6, ledger.SpanWeek: 8, ledger.SpanMonth: 6}

func newPartsChart(id, title string, n ledger.Numbers) (c chart, left func(int) float64, step float64) {
	c = chart{ID: id, Title: title, Width: chartWidth, Height: chartHeight + chartTop + chartFoot, Right: chartWidth, Base: chartTop + chartHeight}
	step = float64(chartWidth-chartLeft) / float64(max(len(n.Parts), 1))
	left = func(i int) float64 { return chartLeft + float64(i)*step }
	for i := partMarks[n.Span] / 2; i < len(n.Parts); i += partMarks[n.Span] {
		text := partTime(n.Span, n.Parts[i])
		if n.Span == ledger.SpanWeek {
			text = n.Parts[i].Began.UTC().Format("2 Jan")
		}
		c.Hours = append(c.Hours, mark{coordinate(left(i) + step/2), text})
	}
	return c, left, step
}

// successChart shows which share of the attempts of each part was sent; a part without any has no dot. Pure.
func successChart(n ledger.Numbers) chart {
	c, left, step := newPartsChart("success", "Success", n)
	c.HasDots = true
	for _, share := range []float64{0, 0.5, 1} {
		c.Scale = append(c.Scale, mark{coordinate(float64(c.Base) - chartHeight*share), fmt.Sprintf("%.0f %%", 100*share)})
	}
	worst, when := 1.0, ""
	for i, p := range n.Parts {
		if p.Attempts == 0 {
			continue
		}
		class := "good"
		switch {
		case p.Share() < 0.5:
			class = "bad"
		case p.Share() < 0.95:
			class = "warn"
		}
		if p.Share() < worst {
			worst, when = p.Share(), partTime(n.Span, p)
		}
		c.Dots = append(c.Dots, dot{
			coordinate(left(i) + step/2), coordinate(float64(c.Base) - chartHeight*p.Share()), class,
			fmt.Sprintf("%s: %s of %s sent", partTime(n.Span, p), wording.Number(p.Sent), wording.Plural(p.Attempts, "attempt", "attempts")),
		})
	}
	switch {
	case n.All.Attempts == 0:
		c.Says = "Nothing was tried."
	case when == "":
		c.Says = "Every attempt was sent."
	default:
		c.Says = fmt.Sprintf("%s of the attempts were sent; at worst %s, from %s UTC.", percent(n.All.Share()), percent(worst), when)
	}
	return c
}

// volumeChart shows the attempts of each part: what was sent at the foot, what failed above, by whose doing. Pure.
func volumeChart(n ledger.Numbers) chart {
	c, left, step := newPartsChart("volume", "Attempts", n)
	var most int64
	for _, p := range n.Parts {
		most = max(most, p.Attempts)
	}
	c.Says = fmt.Sprintf("%s, of which %s sent; at most %s in one part.", wording.Plural(n.All.Attempts, "attempt", "attempts"),
		wording.Plural(n.All.Sent, "was", "were"), wording.Number(most))
	top := ceiling(most)
	height := func(count int64) float64 { return chartHeight * float64(count) / float64(top) }
	for _, count := range []int64{0, top / 2, top} {
		c.Scale = append(c.Scale, mark{coordinate(float64(c.Base) - height(count)), wording.Number(count)})
	}
	for i, p := range n.Parts {
		y := float64(c.Base)
		stack := func(count int64, class, what string) {
			if count == 0 {
				return
			}
			tall := max(height(count), 1)
			y -= tall
			c.Bars = append(c.Bars, bar{
				coordinate(left(i) + 1), coordinate(y), coordinate(max(step-2, 1)), coordinate(tall), class,
				fmt.Sprintf("%s: %s %s", partTime(n.Span, p), wording.Number(count), what),
			})
		}
		failed := p.Failed()
		stack(p.Sent, "good", "sent")
		for _, fault := range ledger.Faults {
			stack(failed[fault], faultClasses[fault], "failed, "+faultWords[fault])
		}
	}
	return c
}

// arrivalChart shows how long exports were on their way from commit to Greenhouse's answer, on a logarithmic scale. Pure.
func arrivalChart(n ledger.Numbers) chart {
	c, left, step := newPartsChart("arrival", "From commit to Greenhouse", n)
	c.HasDots = true
	height := func(seconds float64) float64 {
		return chartHeight * math.Log(min(max(seconds, shortWait), longWait)/shortWait) / math.Log(longWait/shortWait)
	}
	for _, s := range []struct {
		seconds float64
		text    string
	}{{1, "1 s"}, {60, "1 min"}, {3600, "1 h"}, {24 * 3600, "1 day"}} {
		c.Scale = append(c.Scale, mark{coordinate(float64(c.Base) - height(s.seconds)), s.text})
	}
	for i, p := range n.Parts {
		if p.Sent == 0 {
			continue
		}
		for _, d := range []struct {
			wait        ledger.Seconds
			class, what string
		}{{p.P99, "warn", "99 %"}, {p.P95, "info", "95 %"}, {p.P50, "good", "half"}} {
			c.Dots = append(c.Dots, dot{
				coordinate(left(i) + step/2), coordinate(float64(c.Base) - height(float64(d.wait))), d.class,
				fmt.Sprintf("%s: %s within %s", partTime(n.Span, p), d.what, wording.Age(d.wait.Duration())),
			})
		}
	}
	if n.All.Sent > 0 {
		c.Says = fmt.Sprintf("Half arrived within %s, 95 %% within %s, 99 %% within %s.", wording.Age(n.All.P50.Duration()),
			wording.Age(n.All.P95.Duration()), wording.Age(n.All.P99.Duration()))
	}
	c.Says = cmp.Or(c.Says, "Nothing was sent.")
	return c
}

// The measures of the bars of causes, in the units of their viewBox.
const (
	causeRow   = 34
	causeLabel = 14
	causeTall  = 14
)

func causeBar(at int, c causeCount, most int64) bar {
	y := at * causeRow
	return bar{
		X: "0", Y: coordinate(float64(y + causeLabel + 2)), H: coordinate(causeTall),
		W:     coordinate(max(2, float64(chartWidth-70)*float64(c.Count)/float64(most))),
		Class: faultClasses[cmp.Or(c.Cause.Fault(), ledger.FaultOurs)], Text: wording.Number(c.Count),
	}
}

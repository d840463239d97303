package web

import (
	"cmp"
	"fmt"
	"math"
	"time"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/wording"
)

// The measures of a chart, in the units of its viewBox.
const (
	chartWidth  = 480
	chartHeight = 150
	chartLeft   = 52 // of the plot; the scale's words stand left of it
	chartTop    = 10
	chartFoot   = 24 // below the plot, for the hours
)

// chart is a picture of the last day by hours, all worked out: its template only writes it down.
type chart struct {
	ID      string // unique on its page
	Title   string
	Says    string // what it shows, in a sentence, for whoever does not see it
	Width   int
	Height  int
	Right   int
	Base    int // y of the plot's bottom
	Scale   []mark
	Hours   []mark
	Bars    []bar
	Dots    []dot
	HasDots bool
}

// mark is a word beside an axis, and the line that it stands at.
type mark struct {
	At   string // along its axis
	Text string
}

type bar struct {
	X, Y, W, H string
	Class      string // good, warn, info or bad, as the legend says
	Text       string
}

type dot struct {
	X, Y  string
	Class string
	Text  string
}

// faultClasses are the colours of attempts that failed, by whose doing it was.
var faultClasses = map[ledger.Fault]string{ledger.FaultCompany: "warn", ledger.FaultGreenhouse: "info", ledger.FaultOurs: "bad"}

// coordinate writes a number as short as a picture needs.
func coordinate(v float64) string { return fmt.Sprintf("%.4g", math.Round(v*10)/10) }

func newChart(id, title string, hours []ledger.Hour) (c chart, left func(int) float64, step float64) {
	c = chart{ID: id, Title: title, Width: chartWidth, Height: chartHeight + chartTop + chartFoot, Right: chartWidth, Base: chartTop + chartHeight}
	step = float64(chartWidth-chartLeft) / float64(max(len(hours), 1))
	left = func(i int) float64 { return chartLeft + float64(i)*step }
	for i, h := range hours {
		if h.Began.UTC().Hour()%6 == 0 {
			c.Hours = append(c.Hours, mark{coordinate(left(i) + step/2), h.Began.UTC().Format("15:04")})
		}
	}
	return c, left, step
}

// attemptsChart shows what became of the attempts of each hour: one stack an hour, what was sent at its foot. Pure.
func attemptsChart(hours []ledger.Hour) chart {
	c, left, step := newChart("attempts", "Attempts by hour", hours)
	var most, sent, failed int64
	for _, h := range hours {
		most = max(most, h.Pace.Attempts)
		sent += h.Sent
		failed += h.Pace.Attempts - h.Sent
	}
	c.Says = fmt.Sprintf("In the last day %s sent and %s failed; at most %s in one hour.",
		wording.Plural(sent, "attempt was", "attempts were"), wording.Plural(failed, "attempt", "attempts"), wording.Plural(most, "attempt", "attempts"))
	top := ceiling(most)
	height := func(n int64) float64 { return chartHeight * float64(n) / float64(top) }
	for _, n := range []int64{0, top / 2, top} {
		c.Scale = append(c.Scale, mark{coordinate(float64(c.Base) - height(n)), wording.Number(n)})
	}
	for i, h := range hours {
		y := float64(c.Base)
		stack := func(n int64, class, what string) {
			if n == 0 {
				return
			}
			tall := max(height(n), 1) // one failure among a million is still to be seen
			y -= tall
			c.Bars = append(c.Bars, bar{
				coordinate(left(i) + 2), coordinate(y), coordinate(step - 4), coordinate(tall), class,
				fmt.Sprintf("%s: %s %s", h.Began.UTC().Format("15:04 UTC"), wording.Number(n), what),
			})
		}
		stack(h.Sent, "good", "sent")
		for _, fault := range ledger.Faults {
			stack(h.Failed[fault], faultClasses[fault], "failed, "+faultWords[fault])
		}
	}
	return c
}

// ceiling is the even number, of few digits, that a scale ends with.
func ceiling(most int64) int64 {
	for size := int64(1); ; size *= 10 {
		for _, n := range []int64{2, 4, 6, 8, 10} {
			if n*size >= most {
				return n * size
			}
		}
	}
}

// The ends of the scale of waits, which is logarithmic: from a tenth of a second to three days.
const (
	shortWait = 0.1
	longWait  = 72 * 3600
)

// waitsChart shows how long exports were on their way, for each hour in which some arrived. Pure.
func waitsChart(hours []ledger.Hour) chart {
	c, left, step := newChart("waits", "From commit to Greenhouse by hour", hours)
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
	var worst ledger.Seconds
	var when time.Time
	for i, h := range hours {
		if h.Sent == 0 {
			continue
		}
		if h.Pace.P95 > worst {
			worst, when = h.Pace.P95, h.Began
		}
		for _, d := range []struct {
			wait        ledger.Seconds
			class, what string
		}{{h.Pace.P50, "good", "half"}, {h.Pace.P95, "info", "95 %"}} {
			c.Dots = append(c.Dots, dot{
				coordinate(left(i) + step/2), coordinate(float64(c.Base) - height(float64(d.wait))), d.class,
				fmt.Sprintf("%s: %s within %s", h.Began.UTC().Format("15:04 UTC"), d.what, wording.Age(d.wait.Duration())),
			})
		}
	}
	c.Says = cmp.Or(worstHour(worst, when), "Nothing was sent in the last day.")
	return c
}

func worstHour(wait ledger.Seconds, when time.Time) string {
	if when.IsZero() {
		return ""
	}
	return fmt.Sprintf("The slowest hour began at %s: 95 %% arrived within %s.", when.UTC().Format("15:04 UTC"), wording.Age(wait.Duration()))
}

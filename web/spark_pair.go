package web

import (
	"fmt"
	"strings"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/wording"
)

// pairSpark is a small picture of a day by hours, what was sent below and what failed above it: one path each, so that fifty of them
// are no heavy page.
type pairSpark struct{ Says, Sent, Failed string }

const pairSparkStep = sparkWidth / ledger.CompanyPaceHours

// pairSparkOf draws how a day went. Pure.
func pairSparkOf(hours []ledger.HourlyPace) (s pairSpark) {
	var most, sent, failed int64
	for _, h := range hours {
		most = max(most, h.Sent+h.Failed)
		sent, failed = sent+h.Sent, failed+h.Failed
	}
	s.Says = fmt.Sprintf("In the last day %s sent, %s failed; at most %s in an hour.", wording.Number(sent), wording.Number(failed), wording.Number(most))
	var below, above strings.Builder
	for i, h := range hours {
		tall := func(n int64) int {
			if n == 0 {
				return 0
			}
			return max(2, int(sparkHeight*n/most))
		}
		foot := tall(h.Sent)
		pillar(&below, i*pairSparkStep, sparkHeight, foot)
		pillar(&above, i*pairSparkStep, sparkHeight-foot, min(tall(h.Failed), sparkHeight-foot+2))
	}
	s.Sent, s.Failed = below.String(), above.String()
	return s
}

// pillar adds a bar that stands on y.
func pillar(to *strings.Builder, x, y, tall int) {
	if tall > 0 {
		fmt.Fprintf(to, "M%d %dv-%dh%dv%dz", x, y, tall, pairSparkStep-1, tall)
	}
}

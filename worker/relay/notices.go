package relay

import (
	"cmp"
	"context"
	"time"

	"go.uber.org/zap"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store/notices"
)

// When people are told, where the relay's rules say nothing.
const (
	noticeGrace = 15 * time.Second // the first probe comes then: what it ends nobody need hear of
	waveSize    = 3
	waveWithin  = 15 * time.Minute
	waveSettle  = 15 * time.Minute // the longest time between two probes: by then every company was looked at
)

func noticeDefaults(r notices.Rules) notices.Rules {
	r.Grace = cmp.Or(r.Grace, noticeGrace)
	r.WaveSize = cmp.Or(r.WaveSize, waveSize)
	r.WaveWithin = cmp.Or(r.WaveWithin, waveWithin)
	r.WaveSettle = cmp.Or(r.WaveSettle, waveSettle)
	return r
}

// sweepNotices writes what people are to be told, hands over what is due, and tells whoever reads the log what is our own trouble.
func (r *Relay) sweepNotices(ctx context.Context) {
	swept, err := notices.In(r.Store).Sweep(ctx, r.Notices)
	r.report("sweep notices", err)
	if len(swept.WaveBegan) > 0 {
		r.Log.Error("many companies refused within minutes: Greenhouse's fault or ours", zap.String("cause", string(ledger.CauseAuthRejected)),
			zap.Strings("orgs", swept.WaveBegan))
	}
	if swept.WaveEnded {
		r.Log.Warn("the wave of refusals is over; companies still refused are told")
	}
	for _, org := range swept.Unreadable {
		r.Log.Error("a company's key does not open", zap.String("cause", string(ledger.CauseDecryptFailed)), zap.String("org_id", org))
	}
	due, err := notices.In(r.Store).Due(ctx, dueAtOnce)
	r.report("due notices", err)
	if len(due) > 0 {
		r.report("tell", r.Notify(ctx, due))
	}
}

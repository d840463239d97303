package store_test

import (
	"crypto/sha256"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store/webhooks"
)

// BenchmarkWorkEvents has two nodes work off 10,000 events of 20 companies about 2,000 people who were sent, and tells how many a second
// come in by four doors, and how many are worked off.
func BenchmarkWorkEvents(b *testing.B) {
	const events, companies, people = 10_000, 20, 2000
	for b.Loop() {
		d, keyset, digests := hooked(b)
		for n := range companies {
			require.NoError(b, webhooks.In(d.Store).MakeHook(b.Context(), keyset, fmt.Sprint("org_", n), "secret", kim))
		}
		d.exec(`
			INSERT INTO ghexport.exports (org_id, interview_id, candidate_id, version, content_digest, state, interviewed_at, practice, committed_at, sent_at)
			SELECT 'org_' || n % $1::int, 'iv_' || n, 'c' || n, 1, '', 'sent', now(), false, now(), now() FROM generate_series(1, $2::int) n`, companies, people)
		d.exec("UPDATE ghexport.exports SET greenhouse_candidate_id = substr(interview_id, 4)::bigint")
		began := time.Now()
		four := func(do func(n int) error) {
			var all sync.WaitGroup
			for n := range 4 {
				all.Go(func() { require.NoError(b, do(n)) })
			}
			all.Wait()
		}
		four(func(n int) error {
			for i := n; i < events; i += 4 {
				who := 1 + i%people
				if _, err := webhooks.In(d.Store).ReceiveEvent(b.Context(), webhooks.Event{
					OrgID: fmt.Sprint("org_", who%companies), Key: sha256.Sum256(fmt.Append(nil, i)), Action: ledger.HookStageChanged, Candidate: int64(who),
					At: began.Add(time.Duration(i) * time.Millisecond), Status: "active", Stage: fmt.Sprint("stage ", i/people),
				}); err != nil {
					return err
				}
			}
			return nil
		})
		b.ReportMetric(events/time.Since(began).Seconds(), "received/s")
		began = time.Now()
		four(func(n int) error {
			for org := n; org < companies; org += 4 {
				for after := int64(0); ; {
					some, err := webhooks.In(d.Store).WorkEvents(b.Context(), fmt.Sprint("org_", org), after, d.eraser(digests))
					if err != nil {
						return err
					}
					if len(some) == 0 {
						break
					}
					after = some[len(some)-1].ID
				}
			}
			return nil
		})
		b.ReportMetric(events/time.Since(began).Seconds(), "worked/s")
		require.Equal(b, events, d.count("SELECT count(*) FROM ghexport.hook_events WHERE outcome = 'seen'"))
	}
}

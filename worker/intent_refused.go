package worker

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/riverqueue/river"
	"go.uber.org/zap"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
)

// intentRefused counts an intent that the database refuses, or whose row cannot be read, as a failure of its export, and returns
// what River shows. Nothing has left. Where even that is not taken the export stays as it is, which the sweep repairs.
func (w *exportWorker) intentRefused(ctx context.Context, intent store.Intent, refusal error) error {
	failCtx, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleLimit)
	defer cancel()
	state := refusalOf(refusal)
	failed, err := w.store.FailIntent(failCtx, store.RefusedIntent{
		Intent: intent, Detail: state, Delays: ledger.RetryDelays(), GiveUp: ledger.GiveUpAfter, GivenUp: ", " + ledger.GivenUp,
	})
	if errors.Is(err, store.ErrNotGranted) {
		return river.JobCancel(fmt.Errorf("export %d is not this job's to send any more", intent.ExportID))
	}
	w.config.Log.Error("the database refuses an intent; nothing was sent", zap.Int64("export_id", intent.ExportID),
		zap.String("refusal", state), zap.String("state", string(failed.State)), zap.Bool("counted", err == nil),
		zap.String("hint", "ghexport doctor; then ghexport explain bug"))
	if err != nil {
		return river.JobCancel(fmt.Errorf("export %d: the database refuses the intent, and that it failed", intent.ExportID))
	}
	said := store.Settle{Outcome: ledger.OutcomeAgain, Cause: ledger.CauseBug}
	if failed.State == ledger.StateDead {
		said.Outcome = ledger.OutcomeDead
	}
	w.config.Metrics.settled(said, failed)
	w.config.Relay.Nudge()
	if failed.State == ledger.StateDead {
		return fmt.Errorf("%s: export %d", ledger.CauseBug, intent.ExportID)
	}
	return river.JobCancel(fmt.Errorf("%s: export %d goes again later: the database refuses the intent", ledger.CauseBug, intent.ExportID))
}

// refusalOf says which refusal it was without its own words, which may quote the row.
func refusalOf(err error) string {
	var pgErr *pgconn.PgError
	if !errors.As(err, &pgErr) {
		return "what is to be sent cannot be read"
	}
	return "the database refuses the intent: " + strings.TrimSpace(store.SQLState(err))
}

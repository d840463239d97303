package notices

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/interviewing-io/greenhouse-export/store"
)

// Rules say when something is told, and how it can be.
type Rules struct {
	Grace      time.Duration // what is over sooner than this is not told
	WaveSize   int           // so many companies refused (401)
	WaveWithin time.Duration // in so short a time are Greenhouse's fault or ours
	WaveSettle time.Duration // and over once fewer are, and none was released for this long: they are looked at one by one
	Mail       bool          // mails can be sent
	Webhook    bool          // the product has a webhook
	AlertTo    []string      // who of us gets mail
}

// Swept says what one sweep of the notices did.
type Swept struct {
	Written    int      // notices to send
	Repeated   int      // attempts whose worker stayed silent: they are made again
	WaveBegan  []string // the companies of a wave of refusals that has just been noticed
	WaveEnded  bool     // one has just ended
	Unreadable []string // companies whose key does not open, told now
}

// Sweep writes what is to be told, from how things stand: companies that Greenhouse refuses or takes again, and decisions that
// wait. It belongs to the relay's sweep; it keeps no state but the rows, so that it may be called by anybody at any time. While
// another node does it, it does nothing.
func (s Store) Sweep(ctx context.Context, rules Rules) (Swept, error) {
	var n Swept
	err := s.InTx(ctx, "sweep notices", func(tx pgx.Tx) error {
		n = Swept{}
		mine, err := store.NoticesTurn.Take(ctx, tx)
		if err != nil || !mine {
			return err
		}
		w := noticeSweep{tx: tx, rules: rules, swept: &n}
		for _, step := range []func(context.Context) error{w.repeat, w.endWave, w.beginWave, w.tell, w.tellAgain, w.tellMoves, w.lapse} {
			if err := step(ctx); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return Swept{}, err
	}
	return n, nil
}

// noticeSweep is one sweep under way.
type noticeSweep struct {
	tx    pgx.Tx
	rules Rules
	swept *Swept
}

// repeat makes due again what a worker has taken and never told of. It may have been sent: its Message-ID then folds the repeat.
func (w noticeSweep) repeat(ctx context.Context) error {
	done, err := w.tx.Exec(ctx, `
		UPDATE ghexport.notices
		   SET state = 'waiting', due_at = clock_timestamp(), deadline = NULL, detail = 'its worker never said how it ended'
		 WHERE deadline < statement_timestamp() -- notices_sending
		   AND state = 'sending'`)
	if err != nil {
		return fmt.Errorf("repeat silent attempts: %w", err)
	}
	w.swept.Repeated = int(done.RowsAffected())
	return nil
}

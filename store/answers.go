package store

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// answerCap sets how many bytes of an answer's own words are kept.
const answerCap = 16 << 10

// Answer holds what Greenhouse last answered about what an export sends where it did not accept it, in its own words. They may repeat all
// that was sent: personal data, as the note is.
type Answer struct {
	Words string    `json:"words"`
	At    time.Time `json:"at"` // when the attempt was settled
}

// ReadAnswer asks what Greenhouse last answered about the present body of an export.
const ReadAnswer = `
	SELECT a.words, a.at
	  FROM ghexport.exports e
	  JOIN ghexport.answers a ON a.body_id = e.body_id -- answers_pkey
	 WHERE e.id = $1`

// OneAnswer collects what readAnswer found; nil where Greenhouse never refused that body.
func OneAnswer(rows pgx.Rows, err error) (*Answer, error) {
	if err != nil {
		return nil, fmt.Errorf("read the answer: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToAddrOfStructByPos[Answer])
	if err != nil {
		return nil, fmt.Errorf("read the answer: %w", err)
	}
	return append(list, nil)[0], nil
}

// putAnswers keeps the words of settled attempts beside the bodies that their exports still name: an erased export names none, and of
// an attempt that is over nothing is kept. Words that come later take the place of earlier ones. The exports' rows are locked.
const putAnswers = `
	INSERT INTO ghexport.answers (body_id, attempt, words)
	SELECT e.body_id, a.token, a.words
	  FROM unnest($1::bigint[], $2::uuid[], $3::text[]) AS a(export_id, token, words)
	  JOIN ghexport.exports e ON e.id = a.export_id AND e.attempt = a.token
	 WHERE e.body_id IS NOT NULL AND e.state <> 'sending'
	 ORDER BY e.body_id
	ON CONFLICT (body_id) DO UPDATE
	   SET attempt = excluded.attempt, at = excluded.at, words = excluded.words`

// keepAnswers queues the words of those attempts that have some: few, in ordinary times.
func keepAnswers(batch *pgx.Batch, in []Settle) {
	var exports []int64
	var tokens []uuid.UUID
	var words []string
	for _, one := range in {
		if one.Answer != "" {
			exports, tokens, words = append(exports, one.ExportID), append(tokens, one.Token), append(words, one.Answer)
		}
	}
	if len(exports) > 0 {
		batch.Queue(putAnswers, exports, tokens, words)
	}
}

// keepAnswer does so for one attempt that was settled late.
func keepAnswer(ctx context.Context, tx pgx.Tx, in Settle) error {
	if in.Answer == "" {
		return nil
	}
	if _, err := tx.Exec(ctx, putAnswers, []int64{in.ExportID}, []uuid.UUID{in.Token}, []string{in.Answer}); err != nil {
		return fmt.Errorf("keep the answer: %w", err)
	}
	return nil
}

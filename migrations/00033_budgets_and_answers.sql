-- What outside numbers may do to a budget ends when they are gone, and what Greenhouse answered in its own words is kept beside the body.
-- Additive: older nodes go on beside it, and leave the new columns and the new table as they are.

-- +goose Up
ALTER TABLE ghexport.budgets
    ADD COLUMN limited   integer NOT NULL DEFAULT 0,
    ADD COLUMN said_at   timestamptz,
    ADD COLUMN window_at timestamptz;
COMMENT ON COLUMN ghexport.budgets.limited IS '429s in a row, each after the wait of the one before was over; 0 once an export is accepted. Each doubles the wait, up to 5 minutes.';
COMMENT ON COLUMN ghexport.budgets.said_at IS 'When headers last told limit and window. An export that is accepted without them, a window later, brings the budget back to its beginning.';
COMMENT ON COLUMN ghexport.budgets.window_at IS 'When headers last told of a reset that only windows of window_length have. Two windows later a shorter one is believed.';

-- Windows and limits beyond what counts as said today were learned by earlier versions: forgotten, and learned anew.
UPDATE ghexport.budgets
   SET limit_ = 50, window_length = '10 seconds', window_end = NULL, phase_known = false, spent = 0, spends = '{}', updated_at = clock_timestamp()
 WHERE window_length > interval '10 minutes' OR limit_ > 1000000;
UPDATE ghexport.budgets SET said_at = updated_at, window_at = updated_at WHERE phase_known;

CREATE TABLE ghexport.answers (
    body_id  bigint PRIMARY KEY REFERENCES ghexport.bodies (id) ON DELETE CASCADE,
    attempt  uuid NOT NULL,
    at       timestamptz NOT NULL DEFAULT clock_timestamp(),
    words    text NOT NULL
);
COMMENT ON TABLE ghexport.answers IS 'What Greenhouse last answered about a body where it did not accept it, in its own words. They may repeat all that was sent, so they die with the body and are shown where the note is.';
COMMENT ON COLUMN ghexport.answers.body_id IS 'What was sent.';
COMMENT ON COLUMN ghexport.answers.attempt IS 'attempts.token.';
COMMENT ON COLUMN ghexport.answers.at IS 'When the attempt was settled.';
COMMENT ON COLUMN ghexport.answers.words IS 'The answer''s text, without our key; at most 16 kB.';

-- +goose Down
DROP TABLE ghexport.answers;
ALTER TABLE ghexport.budgets DROP COLUMN window_at, DROP COLUMN said_at, DROP COLUMN limited;

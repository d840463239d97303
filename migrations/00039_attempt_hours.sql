-- Attempts summed up by hours, for all and for each company, kept for good: what the page of numbers draws when the attempts themselves
-- are long gone. Additive: older binaries neither read nor write it, and the first newer one sums up what is still there.

-- +goose Up
CREATE TABLE ghexport.attempt_hours (
    org_id    text NOT NULL,
    began_at  timestamptz NOT NULL,
    outcome   text NOT NULL,
    cause     text NOT NULL,
    wait_step smallint NOT NULL,
    attempts  bigint NOT NULL,
    PRIMARY KEY (org_id, began_at, outcome, cause, wait_step)
);
COMMENT ON TABLE ghexport.attempt_hours IS 'Attempts summed up by hours, each hour once it is over, for all companies together and for each. What was said in an hour stays, whatever a late answer says afterwards, and no retention takes it.';
COMMENT ON COLUMN ghexport.attempt_hours.org_id IS 'The company; empty for all together.';
COMMENT ON COLUMN ghexport.attempt_hours.began_at IS 'When the hour began.';
COMMENT ON COLUMN ghexport.attempt_hours.outcome IS 'As in attempts; empty, with an empty company, in the one row of each hour that says that it has been summed up.';
COMMENT ON COLUMN ghexport.attempt_hours.cause IS 'As in attempts; empty for null.';
COMMENT ON COLUMN ghexport.attempt_hours.wait_step IS 'Of what was sent: how long after its commit, as the power of 1.2 of 10 ms that it did not exceed; else 0.';
COMMENT ON COLUMN ghexport.attempt_hours.attempts IS 'How many.';

-- +goose Down
DROP TABLE ghexport.attempt_hours;

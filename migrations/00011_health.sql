-- What the service can say about itself at any size of the ledger: which nodes are alive, how sending went, how many exports there
-- are of each state. None of it is needed to send. Additive: older binaries go on working, and write none of it.

-- +goose Up
CREATE TABLE ghexport.nodes (
    id         uuid PRIMARY KEY,
    host       text NOT NULL,
    version    text NOT NULL,
    sends      boolean NOT NULL,
    console    boolean NOT NULL,
    trouble    text,
    started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    seen_at    timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON TABLE ghexport.nodes IS 'Every process of `serve` that lives, or did within the last day. Nothing is decided by it: it tells people who is there. A node that ends in order takes its row away.';
COMMENT ON COLUMN ghexport.nodes.id IS 'Drawn when the process starts.';
COMMENT ON COLUMN ghexport.nodes.host IS 'The machine''s or container''s name.';
COMMENT ON COLUMN ghexport.nodes.version IS 'Of its binary.';
COMMENT ON COLUMN ghexport.nodes.sends IS 'It takes jobs: neither --no-workers nor --no-send.';
COMMENT ON COLUMN ghexport.nodes.console IS 'It serves the console.';
COMMENT ON COLUMN ghexport.nodes.trouble IS 'Why it is not ready, as /readyz says; null when it is.';
COMMENT ON COLUMN ghexport.nodes.started_at IS 'When it first said that it is there.';
COMMENT ON COLUMN ghexport.nodes.seen_at IS 'When it last did; it does every 15 s.';

CREATE TABLE ghexport.attempt_slices (
    began_at  timestamptz NOT NULL,
    outcome   text NOT NULL,
    cause     text NOT NULL,
    wait_step smallint NOT NULL,
    attempts  bigint NOT NULL,
    PRIMARY KEY (began_at, outcome, cause, wait_step)
);
COMMENT ON TABLE ghexport.attempt_slices IS 'Attempts summed up by five minutes, each slice once it is over, so that charts of a day never read the attempts of a day. What was said in a slice stays, whatever a late answer says afterwards. Kept for eight days.';
COMMENT ON COLUMN ghexport.attempt_slices.began_at IS 'When the slice began.';
COMMENT ON COLUMN ghexport.attempt_slices.outcome IS 'As in attempts; empty in the one row of each slice that says that it has been summed up.';
COMMENT ON COLUMN ghexport.attempt_slices.cause IS 'As in attempts; empty for null.';
COMMENT ON COLUMN ghexport.attempt_slices.wait_step IS 'Of what was sent: how long after its commit, as the power of 1.2 of 10 ms that it did not exceed; else 0.';
COMMENT ON COLUMN ghexport.attempt_slices.attempts IS 'How many.';

CREATE TABLE ghexport.state_counts (
    state      text PRIMARY KEY,
    exports    bigint NOT NULL,
    counted_at timestamptz NOT NULL,
    took       interval NOT NULL
);
COMMENT ON TABLE ghexport.state_counts IS 'How many exports there were of each state when somebody last read the whole ledger to count them, for all nodes. Empty until then.';
COMMENT ON COLUMN ghexport.state_counts.state IS 'As in exports.';
COMMENT ON COLUMN ghexport.state_counts.exports IS 'How many.';
COMMENT ON COLUMN ghexport.state_counts.counted_at IS 'When.';
COMMENT ON COLUMN ghexport.state_counts.took IS 'How long counting took; it is done again after a hundred times that.';

-- Attempts are appended in the order of their end, which a block range index knows at almost no cost to whoever appends.
CREATE INDEX attempts_by_end ON ghexport.attempts USING brin (finished_at) WITH (pages_per_range = 32, autosummarize = on);

-- +goose Down
DROP INDEX ghexport.attempts_by_end;
DROP TABLE ghexport.state_counts;
DROP TABLE ghexport.attempt_slices;
DROP TABLE ghexport.nodes;

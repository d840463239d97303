-- +goose Up
-- The console's doors: tries are counted for all nodes together, and it is known how somebody came in.

CREATE TABLE ghexport.door_counts (
    key      bytea PRIMARY KEY CHECK (octet_length(key) = 32),
    tries    integer NOT NULL CHECK (tries >= 0),
    next_at  timestamptz NOT NULL,
    ends_at  timestamptz NOT NULL
);
CREATE INDEX door_counts_by_end ON ghexport.door_counts (ends_at);
COMMENT ON TABLE ghexport.door_counts IS 'What is counted at the console''s doors, by all nodes together: tries to log in, and what a company asks of Greenhouse. A row goes once it has ended.';
COMMENT ON COLUMN ghexport.door_counts.key IS 'SHA-256 of what is counted: a door with a client''s network, a name tried from it, or a company.';
COMMENT ON COLUMN ghexport.door_counts.tries IS 'How many there were. A try to log in that succeeds is taken back.';
COMMENT ON COLUMN ghexport.door_counts.next_at IS 'When the last try had its turn, or will have: who comes next waits at least until then.';
COMMENT ON COLUMN ghexport.door_counts.ends_at IS 'When it is forgotten.';

ALTER TABLE ghexport.console_sessions ADD COLUMN method text;
COMMENT ON COLUMN ghexport.console_sessions.method IS 'How they came in: password, sso and the provider''s address, or link; null where an older version did not note it.';

ALTER TABLE ghexport.audit ADD COLUMN method text;
COMMENT ON COLUMN ghexport.audit.method IS 'How who did it had come in to the console: password, sso and the provider''s address, or link; null for commands and for the service itself.';

-- +goose Down
ALTER TABLE ghexport.audit DROP COLUMN method;
ALTER TABLE ghexport.console_sessions DROP COLUMN method;
DROP TABLE ghexport.door_counts;

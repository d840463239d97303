-- Producers with a database of their own: what is read there is carried into the outbox here, each message once. Additive: older nodes
-- neither read nor write it, and fold what newer ones carried.

-- +goose Up
CREATE TABLE ghexport.sources (
    name          text PRIMARY KEY,
    node          uuid,
    node_until    timestamptz NOT NULL DEFAULT '-infinity',
    looked_at     timestamptz,
    read_at       timestamptz,
    waiting       bigint NOT NULL DEFAULT 0,
    oldest_at     timestamptz,
    carried       bigint NOT NULL DEFAULT 0,
    trouble_kind  text,
    trouble       text,
    trouble_since timestamptz
);
COMMENT ON TABLE ghexport.sources IS 'Producers'' own databases whose outboxes are read, and how that goes. One that no node is told of any more goes after an hour.';
COMMENT ON COLUMN ghexport.sources.name IS 'As GHEXPORT_OUTBOX_URLS names it.';
COMMENT ON COLUMN ghexport.sources.node IS 'The node that reads it; the others stand by.';
COMMENT ON COLUMN ghexport.sources.node_until IS 'Until when that node has the turn unless it says so again.';
COMMENT ON COLUMN ghexport.sources.looked_at IS 'When a node last tried to read it, whatever came of it.';
COMMENT ON COLUMN ghexport.sources.read_at IS 'When its outbox was last read.';
COMMENT ON COLUMN ghexport.sources.waiting IS 'How many messages then lay there, counted up to 10,000.';
COMMENT ON COLUMN ghexport.sources.oldest_at IS 'When the oldest of them was committed, by the clock of that database; null where none lay there.';
COMMENT ON COLUMN ghexport.sources.carried IS 'Messages carried from there so far.';
COMMENT ON COLUMN ghexport.sources.trouble_kind IS 'Why it cannot be read, out of a closed list; null where it can.';
COMMENT ON COLUMN ghexport.sources.trouble IS 'What that database or the network said, without a message''s content.';
COMMENT ON COLUMN ghexport.sources.trouble_since IS 'Since when there is trouble of that kind.';

CREATE TABLE ghexport.carried (
    message      uuid PRIMARY KEY,
    source       text NOT NULL,
    source_id    bigint NOT NULL,
    org_id       text NOT NULL,
    interview_id text NOT NULL,
    version      bigint NOT NULL,
    at           timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX carried_by_interview ON ghexport.carried (interview_id, org_id, version);
CREATE INDEX carried_by_age ON ghexport.carried (at);
COMMENT ON TABLE ghexport.carried IS 'Messages that came from producers'' own databases: written in the transaction that puts them into the outbox, so that each comes once however often it is read there. Kept for 30 days, much longer than its deletion there takes.';
COMMENT ON COLUMN ghexport.carried.message IS 'The message''s key, made in the producer''s database and the only one of its kind anywhere.';
COMMENT ON COLUMN ghexport.carried.source IS 'The source that it was read from.';
COMMENT ON COLUMN ghexport.carried.source_id IS 'Its id in the outbox there.';
COMMENT ON COLUMN ghexport.carried.org_id IS 'The company.';
COMMENT ON COLUMN ghexport.carried.interview_id IS 'The interview.';
COMMENT ON COLUMN ghexport.carried.version IS 'The version of the snapshot.';
COMMENT ON COLUMN ghexport.carried.at IS 'When it was carried.';

-- +goose Down
DROP TABLE ghexport.carried, ghexport.sources;

-- A producer's own database: an outbox, and nothing of the ledger. What a message must be, and how it is handed over, is in the file
-- after this one, which is made of the service's schema.

-- +goose Up
CREATE SEQUENCE ghexport.awake_until MINVALUE 0 START 0;
COMMENT ON SEQUENCE ghexport.awake_until IS
    'Its last_value is the moment, in microseconds since the epoch, until which whoever reads the outbox polls by itself and producers need not NOTIFY. A sequence because it is read outside any snapshot.';

CREATE TABLE ghexport.outbox (
    id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    org_id         text NOT NULL,
    interview_id   text NOT NULL,
    version        bigint NOT NULL,
    schema_version integer NOT NULL,
    message        jsonb NOT NULL,
    enqueued_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    key            uuid NOT NULL DEFAULT gen_random_uuid()
);
CREATE INDEX outbox_by_interview ON ghexport.outbox (interview_id, org_id);
ALTER TABLE ghexport.outbox SET (
    autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000,
    autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 5000, autovacuum_vacuum_cost_delay = 0);
COMMENT ON TABLE ghexport.outbox IS 'Messages committed here and not yet carried to the service''s database. Append-only for producers; the service deletes what it has.';
COMMENT ON COLUMN ghexport.outbox.id IS 'Order of arrival.';
COMMENT ON COLUMN ghexport.outbox.org_id IS 'The company, as the producer names it.';
COMMENT ON COLUMN ghexport.outbox.interview_id IS 'The interview; (org_id, interview_id) is the idempotency key, for ever.';
COMMENT ON COLUMN ghexport.outbox.version IS 'The producer''s version of the snapshot; decides which message is newer.';
COMMENT ON COLUMN ghexport.outbox.schema_version IS 'The contract that the message follows.';
COMMENT ON COLUMN ghexport.outbox.message IS 'The whole snapshot, as the producer wrote it. Personal data: gone once carried.';
COMMENT ON COLUMN ghexport.outbox.enqueued_at IS 'When enqueue() ran, by the wall clock, inside the producer''s transaction.';
COMMENT ON COLUMN ghexport.outbox.key IS 'Names the message for ever, wherever this database is restored or copied to: the service takes each once.';

CREATE TABLE ghexport.time_zones (
    name text PRIMARY KEY
);
COMMENT ON TABLE ghexport.time_zones IS 'The time zones that a message may name: those of Go''s tzdata, so that SQL and the service accept the same.';
COMMENT ON COLUMN ghexport.time_zones.name IS 'IANA name, letter case included.';

-- +goose StatementBegin
CREATE FUNCTION ghexport.status(org text, interview text) RETURNS jsonb
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM ghexport.outbox o WHERE o.org_id = org AND o.interview_id = interview) THEN
        RETURN NULL;
    END IF;
    RETURN jsonb_build_object('state', NULL, 'cause', NULL, 'held', NULL, 'profile_url', NULL, 'waiting', true,
        'greenhouse_status', NULL, 'stage', NULL, 'status_at', NULL);
END
$$;
-- +goose StatementEnd
COMMENT ON FUNCTION ghexport.status(text, text) IS 'Whether a message of an interview waits here to be carried: {"waiting": true} with the other fields of the service''s status() null; null where none does, because none was handed over or because all were carried. What became of those is known in the service''s database alone.';
REVOKE EXECUTE ON FUNCTION ghexport.status(text, text) FROM PUBLIC;

-- +goose Down
DROP FUNCTION ghexport.status(text, text);
DROP TABLE ghexport.time_zones, ghexport.outbox;
DROP SEQUENCE ghexport.awake_until;

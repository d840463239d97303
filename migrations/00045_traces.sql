-- Whose trace an export belongs to, where nodes trace: beside the ledger, so that its rows and hot statements stay as they are.
-- Additive: older nodes neither read nor write it, and newer ones only where OpenTelemetry is set up.

-- +goose Up
CREATE TABLE ghexport.traces (
    org_id       text NOT NULL,
    interview_id text NOT NULL,
    traceparent  text NOT NULL,
    at           timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (interview_id, org_id)
);
CREATE INDEX traces_by_age ON ghexport.traces (at);
COMMENT ON TABLE ghexport.traces IS 'The producer''s trace of the newest message of an interview that named one, written by the fold of a node that traces. Kept for a week.';
COMMENT ON COLUMN ghexport.traces.org_id IS 'The company.';
COMMENT ON COLUMN ghexport.traces.interview_id IS 'The interview.';
COMMENT ON COLUMN ghexport.traces.traceparent IS 'As in the message, where it is well-formed: W3C trace context.';
COMMENT ON COLUMN ghexport.traces.at IS 'When it was folded.';

-- +goose Down
DROP TABLE ghexport.traces;

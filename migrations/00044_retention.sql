-- What grows for ever goes by age, in small steps that the relay takes beside its work: see docs/operations.md.
--
-- Old nodes go on beside it: they delete what they deleted before, and use the index by its name.

-- +goose Up
-- The audit trail is add-only for the service's role, and stays so: this function, with its owner's rights, takes old entries only, and
-- nothing from the last 90 days whoever asks.
-- +goose StatementBegin
CREATE FUNCTION ghexport.forget_audit(entries bigint[]) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    gone integer;
BEGIN
    DELETE FROM ghexport.audit a
     WHERE a.id = ANY (entries)
       AND a.at < clock_timestamp() - interval '90 days';
    GET DIAGNOSTICS gone = ROW_COUNT;
    RETURN gone;
END
$$;
-- +goose StatementEnd
COMMENT ON FUNCTION ghexport.forget_audit(bigint[]) IS
    'Deletes the named entries of the audit trail that are older than 90 days, and returns how many those were. The one way by which an entry ends.';
REVOKE EXECUTE ON FUNCTION ghexport.forget_audit(bigint[]) FROM PUBLIC;

-- Once attempts are deleted, new ones are written where they stood, and a block range that holds both is read for either. A b-tree is
-- read from its old end; attempts are appended at its other end, which is what it does best. Settles wait while it is built, about a
-- second for a million attempts, and are made again.
CREATE INDEX attempts_by_end_sorted ON ghexport.attempts (finished_at);
DROP INDEX ghexport.attempts_by_end;
ALTER INDEX ghexport.attempts_by_end_sorted RENAME TO attempts_by_end;

-- Vacuum by counts instead of shares where a share of the table would be millions of rows: a fifth of the ledger of ten million is two
-- million dead rows to read past. What each is set to, and why, is in docs/operations.md.
ALTER TABLE ghexport.exports SET (
    autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 10000,
    autovacuum_analyze_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.05);
ALTER TABLE ghexport.outbox SET (
    autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000,
    autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 5000, autovacuum_vacuum_cost_delay = 0);
ALTER TABLE ghexport.bodies SET (
    autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.05, autovacuum_vacuum_insert_scale_factor = 0.05);
ALTER TABLE ghexport.attempts SET (
    autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.05);
ALTER TABLE ghexport.audit SET (
    autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.05, autovacuum_vacuum_insert_scale_factor = 0.05);
ALTER TABLE ghexport.budgets SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);
ALTER TABLE ghexport.integrations SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);

-- +goose Down
ALTER TABLE ghexport.integrations RESET (autovacuum_vacuum_scale_factor, autovacuum_vacuum_threshold);
ALTER TABLE ghexport.budgets RESET (autovacuum_vacuum_scale_factor, autovacuum_vacuum_threshold);
ALTER TABLE ghexport.audit RESET (autovacuum_vacuum_scale_factor, autovacuum_analyze_scale_factor, autovacuum_vacuum_insert_scale_factor);
ALTER TABLE ghexport.attempts RESET (autovacuum_vacuum_scale_factor, autovacuum_analyze_scale_factor, autovacuum_vacuum_insert_scale_factor);
ALTER TABLE ghexport.bodies RESET (autovacuum_vacuum_scale_factor, autovacuum_analyze_scale_factor, autovacuum_vacuum_insert_scale_factor);
ALTER TABLE ghexport.outbox RESET (
    autovacuum_vacuum_scale_factor, autovacuum_vacuum_threshold, autovacuum_analyze_scale_factor, autovacuum_analyze_threshold,
    autovacuum_vacuum_cost_delay);
ALTER TABLE ghexport.exports RESET (
    autovacuum_vacuum_scale_factor, autovacuum_vacuum_threshold, autovacuum_analyze_scale_factor, autovacuum_vacuum_insert_scale_factor);
DROP INDEX ghexport.attempts_by_end;
CREATE INDEX attempts_by_end ON ghexport.attempts USING brin (finished_at) WITH (pages_per_range = 32, autosummarize = on);
DROP FUNCTION ghexport.forget_audit(bigint[]);

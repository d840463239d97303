-- Where candidates stand is told: to producers by status() and by the feed changes(), to the product by its webhook. And what was sent
-- before it was tracked is tracked from now on. Additive: what older binaries call answers more than it did.

-- +goose Up
CREATE INDEX tracks_by_org ON ghexport.tracks (org_id, export_id);

-- A settle writes nothing for tracking: what it sent is followed shortly afterwards, from its attempt. The trigger is for all other ways.
DROP TRIGGER track_sent ON ghexport.exports;
CREATE TRIGGER track_sent AFTER UPDATE OF greenhouse_candidate_id, erased_at ON ghexport.exports
    FOR EACH ROW
    WHEN (OLD.greenhouse_candidate_id IS DISTINCT FROM NEW.greenhouse_candidate_id AND (OLD.state <> 'sending' OR OLD.greenhouse_candidate_id IS NOT NULL)
          OR OLD.erased_at IS DISTINCT FROM NEW.erased_at)
    EXECUTE FUNCTION ghexport.track_sent();
COMMENT ON TABLE ghexport.tracks IS 'Where the candidate of each sent export stands in the company''s Greenhouse, as far as it is known. Holds no personal data. A row comes within two minutes of the settle that sent it, or with Greenhouse''s id of the candidate where that comes another way, and goes with it, by the trigger track_sent.';
COMMENT ON FUNCTION ghexport.track_sent() IS 'Keeps tracks in step with the ledger, in the same transaction, where Greenhouse''s id comes or goes another way than by the settle of what is being sent. With its owner''s rights, so that a binary of before this table does what it did.';
ALTER TABLE ghexport.control ADD COLUMN sent_followed_to timestamptz NOT NULL DEFAULT clock_timestamp();
COMMENT ON COLUMN ghexport.control.sent_followed_to IS 'Attempts that ended before this and sent something have their rows in tracks.';

-- In turns over a day, so that no company's budget is asked for all of them at once.
INSERT INTO ghexport.tracks (export_id, org_id, greenhouse_candidate_id, application_id, sent_at, next_look_at)
SELECT e.id, e.org_id, e.greenhouse_candidate_id, e.greenhouse_application_id, coalesce(e.sent_at, e.updated_at),
       clock_timestamp() + random() * interval '1 day'
  FROM ghexport.exports e
 WHERE e.greenhouse_candidate_id IS NOT NULL AND e.erased_at IS NULL
ON CONFLICT DO NOTHING;
INSERT INTO ghexport.tracking (org_id) SELECT DISTINCT org_id FROM ghexport.tracks ON CONFLICT DO NOTHING;

ALTER TABLE ghexport.control ADD COLUMN changes_told bigint NOT NULL DEFAULT 0;
COMMENT ON COLUMN ghexport.control.changes_told IS 'The last of changes that notices tell the product of, or would where it had a webhook.';

ALTER TABLE ghexport.notices
    DROP CONSTRAINT notices_kind_check,
    ADD CONSTRAINT notices_kind_check CHECK (kind IN ('broken', 'still_broken', 'works_again', 'needs_decision', 'refusals', 'key_unreadable', 'candidates_moved')),
    ADD COLUMN changes jsonb;
COMMENT ON COLUMN ghexport.notices.kind IS 'broken, still_broken, works_again, needs_decision: to a company. refusals, key_unreadable: to us. candidates_moved: to the product.';
COMMENT ON COLUMN ghexport.notices.changes IS 'candidates_moved: the rows of changes that it tells. Null for the others.';

-- +goose StatementBegin
CREATE OR REPLACE FUNCTION ghexport.status(org text, interview text) RETURNS jsonb
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    found_id bigint;
    found_state text;
    found_cause text;
    url text;
    reason text;
    arriving boolean;
    refused boolean;
    stands record;
BEGIN
    SELECT e.id, e.state, e.cause, e.profile_url
      INTO found_id, found_state, found_cause, url
      FROM ghexport.exports e
     WHERE e.org_id = org AND e.interview_id = interview;
    arriving := EXISTS (SELECT FROM ghexport.outbox o WHERE o.org_id = org AND o.interview_id = interview);
    refused := EXISTS (SELECT FROM ghexport.rejected r WHERE r.org_id = org AND r.interview_id = interview);
    IF found_state IS NULL AND NOT arriving AND NOT refused THEN
        RETURN NULL;
    END IF;
    IF found_state = 'pending' THEN
        reason := ghexport.held(org);
    END IF;
    SELECT CASE WHEN t.gone IN ('deleted', 'anonymised') THEN t.gone ELSE t.status END AS status, t.stage,
           CASE WHEN t.gone IN ('deleted', 'anonymised') THEN t.gone_at ELSE t.moved_at END AS at
      INTO stands
      FROM ghexport.tracks t
     WHERE t.export_id = found_id;
    RETURN jsonb_build_object(
        'state', found_state,
        'cause', CASE WHEN reason IS NULL THEN coalesce(found_cause, CASE WHEN found_state IS NULL AND refused THEN 'message.invalid' END) END,
        'held', reason,
        'profile_url', url,
        'waiting', arriving OR refused,
        'greenhouse_status', stands.status,
        'stage', stands.stage,
        'status_at', stands.at);
END
$$;
-- +goose StatementEnd
COMMENT ON FUNCTION ghexport.status(text, text) IS 'Where an interview''s export stands, for the product''s own pages: {"state", "cause", "held", "profile_url", "waiting", "greenhouse_status", "stage", "status_at"}, or null for an interview never handed over. waiting: a message is committed and not yet folded, so that the rest is about to change; state is null when it is the first. held: why the company may not send, while the export is pending; cause is then null. greenhouse_status: active, rejected, hired or another word of Greenhouse, or deleted or anonymised; null until it is known. status_at: since when it is seen to stand so.';

-- +goose StatementBegin
CREATE FUNCTION ghexport.changes(after bigint, most integer DEFAULT 1000)
RETURNS TABLE (seq bigint, org_id text, interview_id text, what text, at timestamptz, status text, stage text, job text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT c.seq, c.org_id, c.interview_id, c.what, c.at, c.status, c.stage, c.job
      FROM ghexport.changes c
     WHERE c.seq > coalesce(after, 0)
     ORDER BY c.seq
     LIMIT least(greatest(coalesce(most, 1000), 1), 10000)
$$;
-- +goose StatementEnd
COMMENT ON FUNCTION ghexport.changes(bigint, integer) IS 'What became of sent candidates, in the order in which it was written: the rows after a number, at most as many as asked for and 10,000. Keep the highest seq and ask for what is after it: nothing is missed, whatever commits late. Numbers may be left out.';
REVOKE EXECUTE ON FUNCTION ghexport.changes(bigint, integer) FROM PUBLIC;

-- +goose Down
DROP FUNCTION ghexport.changes(bigint, integer);
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION ghexport.status(org text, interview text) RETURNS jsonb
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    found_state text;
    found_cause text;
    url text;
    reason text;
    arriving boolean;
    refused boolean;
BEGIN
    SELECT e.state, e.cause, e.profile_url
      INTO found_state, found_cause, url
      FROM ghexport.exports e
     WHERE e.org_id = org AND e.interview_id = interview;
    arriving := EXISTS (SELECT FROM ghexport.outbox o WHERE o.org_id = org AND o.interview_id = interview);
    refused := EXISTS (SELECT FROM ghexport.rejected r WHERE r.org_id = org AND r.interview_id = interview);
    IF found_state IS NULL AND NOT arriving AND NOT refused THEN
        RETURN NULL;
    END IF;
    IF found_state = 'pending' THEN
        reason := ghexport.held(org);
    END IF;
    RETURN jsonb_build_object(
        'state', found_state,
        'cause', CASE WHEN reason IS NULL THEN coalesce(found_cause, CASE WHEN found_state IS NULL AND refused THEN 'message.invalid' END) END,
        'held', reason,
        'profile_url', url,
        'waiting', arriving OR refused);
END
$$;
-- +goose StatementEnd
DELETE FROM ghexport.notices WHERE kind = 'candidates_moved';
ALTER TABLE ghexport.notices
    DROP COLUMN changes,
    DROP CONSTRAINT notices_kind_check,
    ADD CONSTRAINT notices_kind_check CHECK (kind IN ('broken', 'still_broken', 'works_again', 'needs_decision', 'refusals', 'key_unreadable'));
ALTER TABLE ghexport.control DROP COLUMN changes_told, DROP COLUMN sent_followed_to;
DROP TRIGGER track_sent ON ghexport.exports;
CREATE TRIGGER track_sent AFTER UPDATE OF greenhouse_candidate_id, erased_at ON ghexport.exports
    FOR EACH ROW
    WHEN (OLD.greenhouse_candidate_id IS DISTINCT FROM NEW.greenhouse_candidate_id OR OLD.erased_at IS DISTINCT FROM NEW.erased_at)
    EXECUTE FUNCTION ghexport.track_sent();
DROP INDEX ghexport.tracks_by_org;

-- Where the candidates that were sent stand in Greenhouse: one row for each sent export, beside the ledger's own row, which each attempt
-- rewrites; every change of it, numbered in the order of their commits; and when each company is looked at next. Additive: older binaries
-- neither read nor write it, and what they send gets its row all the same.

-- +goose Up
CREATE TABLE ghexport.tracks (
    export_id               bigint PRIMARY KEY,
    org_id                  text NOT NULL,
    greenhouse_candidate_id bigint NOT NULL,
    application_id          bigint,
    status                  text,
    stage                   text,
    job                     text,
    sent_at                 timestamptz NOT NULL,
    seen_at                 timestamptz,
    moved_at                timestamptz,
    first_moved_at          timestamptz,
    missing_since           timestamptz,
    gone                    text CHECK (gone IN ('deleted', 'anonymised', 'erased')),
    gone_at                 timestamptz,
    next_look_at            timestamptz,
    CONSTRAINT tracks_gone_at CHECK ((gone IS NULL) = (gone_at IS NULL))
) WITH (fillfactor = 80);
CREATE INDEX tracks_due ON ghexport.tracks (org_id, next_look_at) WHERE next_look_at IS NOT NULL;
CREATE INDEX tracks_by_candidate ON ghexport.tracks (org_id, greenhouse_candidate_id);
COMMENT ON TABLE ghexport.tracks IS 'Where the candidate of each sent export stands in the company''s Greenhouse, as far as it is known. Holds no personal data. A row comes with Greenhouse''s id of the candidate and goes with it, by the trigger track_sent.';
COMMENT ON COLUMN ghexport.tracks.export_id IS 'The export.';
COMMENT ON COLUMN ghexport.tracks.org_id IS 'Its company.';
COMMENT ON COLUMN ghexport.tracks.greenhouse_candidate_id IS 'Greenhouse''s id of the candidate today: once merged, that of the candidate it was merged into. The ledger keeps the one that was answered.';
COMMENT ON COLUMN ghexport.tracks.application_id IS 'The application whose status this is: the export''s own, or another of the same person that went further. Null before it is known.';
COMMENT ON COLUMN ghexport.tracks.status IS 'Greenhouse''s status of it in lower case: active, rejected, hired or another. Null before the first answer that names the candidate.';
COMMENT ON COLUMN ghexport.tracks.stage IS 'The stage of the company''s process, in its words. Null where Greenhouse names none.';
COMMENT ON COLUMN ghexport.tracks.job IS 'The job''s name. Null for a prospect on no job.';
COMMENT ON COLUMN ghexport.tracks.sent_at IS 'When it was sent; looks become rarer from then on.';
COMMENT ON COLUMN ghexport.tracks.seen_at IS 'As of when the newest word of Greenhouse is that is written here. What is older and comes late is passed over.';
COMMENT ON COLUMN ghexport.tracks.moved_at IS 'Since when it is seen to stand as it does.';
COMMENT ON COLUMN ghexport.tracks.first_moved_at IS 'When it was first seen elsewhere than at first. Null until then.';
COMMENT ON COLUMN ghexport.tracks.missing_since IS 'Since when Greenhouse''s answers leave it out, which says neither why nor that it is gone. Null when it was in the last.';
COMMENT ON COLUMN ghexport.tracks.gone IS 'What ended it for good: deleted or anonymised in Greenhouse, as an event said, or erased here.';
COMMENT ON COLUMN ghexport.tracks.gone_at IS 'When.';
COMMENT ON COLUMN ghexport.tracks.next_look_at IS 'When Greenhouse is asked about it next; null for never again: hired, rejected for long, or gone.';

CREATE TABLE ghexport.changes (
    seq          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    org_id       text NOT NULL,
    interview_id text NOT NULL,
    export_id    bigint NOT NULL,
    what         text NOT NULL CHECK (what IN ('seen', 'moved', 'rejected', 'unrejected', 'hired', 'unhired', 'merged', 'gone')),
    status       text,
    stage        text,
    job          text,
    at           timestamptz NOT NULL,
    recorded_at  timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX changes_by_export ON ghexport.changes (export_id, seq);
CREATE INDEX changes_by_org ON ghexport.changes (org_id, seq);
COMMENT ON TABLE ghexport.changes IS 'Every change of where a sent candidate stands: the history of each, and the feed that producers read by their last seq. Rows are only added, and kept for good.';
COMMENT ON COLUMN ghexport.changes.seq IS 'Numbers in the order in which they become visible, since whoever adds holds the lock of turn_changes until its commit: who has read up to a number never misses a lower one. Numbers may be left out.';
COMMENT ON COLUMN ghexport.changes.org_id IS 'The company.';
COMMENT ON COLUMN ghexport.changes.interview_id IS 'The interview, as the producer names it.';
COMMENT ON COLUMN ghexport.changes.export_id IS 'The export.';
COMMENT ON COLUMN ghexport.changes.what IS 'What happened: seen for the first time, moved (stage or job), rejected, taken back (unrejected), hired, taken back (unhired), merged into another candidate, or gone.';
COMMENT ON COLUMN ghexport.changes.status IS 'Status after it; as in tracks.';
COMMENT ON COLUMN ghexport.changes.stage IS 'Stage after it.';
COMMENT ON COLUMN ghexport.changes.job IS 'Job after it.';
COMMENT ON COLUMN ghexport.changes.at IS 'As of when Greenhouse said so: an event''s own time, or that of the answer which first showed it.';
COMMENT ON COLUMN ghexport.changes.recorded_at IS 'When it was written here.';

CREATE TABLE ghexport.turn_changes ();
COMMENT ON TABLE ghexport.turn_changes IS 'Always empty. Who adds changes holds its lock until the end of the transaction, so that they become visible in the order of their numbers.';

CREATE TABLE ghexport.tracking (
    org_id         text PRIMARY KEY,
    next_at        timestamptz NOT NULL DEFAULT clock_timestamp(),
    looked_at      timestamptz,
    answered_at    timestamptz,
    refused_at     timestamptz,
    refused_status integer
);
CREATE INDEX tracking_due ON ghexport.tracking (next_at);
COMMENT ON TABLE ghexport.tracking IS 'Companies whose sent candidates are looked at. A row comes with the first that was sent.';
COMMENT ON COLUMN ghexport.tracking.org_id IS 'The company.';
COMMENT ON COLUMN ghexport.tracking.next_at IS 'When it is looked whether any of its candidates is due. Never later than the first look at one that is sent just now.';
COMMENT ON COLUMN ghexport.tracking.looked_at IS 'When Greenhouse was last asked, whatever came of it.';
COMMENT ON COLUMN ghexport.tracking.answered_at IS 'When it last answered.';
COMMENT ON COLUMN ghexport.tracking.refused_at IS 'Since when it refuses to be asked (401, 403); null since it last answered.';
COMMENT ON COLUMN ghexport.tracking.refused_status IS 'The HTTP status of the last refusal.';

-- +goose StatementBegin
CREATE FUNCTION ghexport.track_sent() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NEW.erased_at IS NOT NULL THEN
        UPDATE ghexport.tracks
           SET gone = 'erased', gone_at = NEW.erased_at, next_look_at = NULL
         WHERE export_id = NEW.id AND gone IS DISTINCT FROM 'erased';
    ELSIF NEW.greenhouse_candidate_id IS NULL THEN
        DELETE FROM ghexport.tracks WHERE export_id = NEW.id;
    ELSIF NEW.greenhouse_candidate_id IS DISTINCT FROM OLD.greenhouse_candidate_id THEN
        INSERT INTO ghexport.tracks AS t (export_id, org_id, greenhouse_candidate_id, application_id, sent_at, next_look_at)
        VALUES (NEW.id, NEW.org_id, NEW.greenhouse_candidate_id, NEW.greenhouse_application_id, coalesce(NEW.sent_at, clock_timestamp()),
                clock_timestamp() + interval '5 minutes')
        ON CONFLICT (export_id) DO UPDATE
           SET greenhouse_candidate_id = excluded.greenhouse_candidate_id, application_id = excluded.application_id, sent_at = excluded.sent_at,
               status = NULL, stage = NULL, job = NULL, seen_at = NULL, moved_at = NULL, first_moved_at = NULL, missing_since = NULL,
               gone = NULL, gone_at = NULL, next_look_at = excluded.next_look_at;
        INSERT INTO ghexport.tracking (org_id) VALUES (NEW.org_id) ON CONFLICT DO NOTHING;
    END IF;
    RETURN NULL;
END
$$;
-- +goose StatementEnd
COMMENT ON FUNCTION ghexport.track_sent() IS 'Keeps tracks in step with the ledger, in the same transaction and whichever way Greenhouse''s id came there. With its owner''s rights, so that a binary of before this table settles as it did.';
CREATE TRIGGER track_sent AFTER UPDATE OF greenhouse_candidate_id, erased_at ON ghexport.exports
    FOR EACH ROW
    WHEN (OLD.greenhouse_candidate_id IS DISTINCT FROM NEW.greenhouse_candidate_id OR OLD.erased_at IS DISTINCT FROM NEW.erased_at)
    EXECUTE FUNCTION ghexport.track_sent();
REVOKE EXECUTE ON FUNCTION ghexport.track_sent() FROM PUBLIC;

-- +goose Down
DROP TRIGGER track_sent ON ghexport.exports;
DROP FUNCTION ghexport.track_sent();
DROP TABLE ghexport.tracking, ghexport.turn_changes, ghexport.changes, ghexport.tracks;

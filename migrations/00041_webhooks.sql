-- Greenhouse's webhooks: each company's secret, the events that came, and the profiles that are gone or have become others.

-- +goose Up
CREATE TABLE ghexport.hooks (
    org_id        text PRIMARY KEY,
    sealed_secret bytea NOT NULL,
    sealed_before bytea,
    before_until  timestamptz,
    made_at       timestamptz NOT NULL DEFAULT clock_timestamp(),
    made_by       text NOT NULL,
    ping_at       timestamptz,
    last_at       timestamptz,
    last_action   text,
    refused_at    timestamptz,
    refused       bigint NOT NULL DEFAULT 0,
    unused        bigint NOT NULL DEFAULT 0,
    unused_action text,
    CHECK ((sealed_before IS NULL) = (before_until IS NULL))
);
COMMENT ON TABLE ghexport.hooks IS 'Companies whose Greenhouse may tell us by webhook what happened there, and what was last heard.';
COMMENT ON COLUMN ghexport.hooks.org_id IS 'The company.';
COMMENT ON COLUMN ghexport.hooks.sealed_secret IS 'The secret with which its Greenhouse signs, sealed with the keyset for this company''s webhooks alone.';
COMMENT ON COLUMN ghexport.hooks.sealed_before IS 'The secret before, sealed likewise, which counts for a while; null without one.';
COMMENT ON COLUMN ghexport.hooks.before_until IS 'Until when that counts.';
COMMENT ON COLUMN ghexport.hooks.made_at IS 'When the secret was made.';
COMMENT ON COLUMN ghexport.hooks.made_by IS 'Who made it.';
COMMENT ON COLUMN ghexport.hooks.ping_at IS 'When Greenhouse last tried whether it reaches us, as it does when a webhook is saved there.';
COMMENT ON COLUMN ghexport.hooks.last_at IS 'When the newest event came that is worked off.';
COMMENT ON COLUMN ghexport.hooks.last_action IS 'What it was, as Greenhouse names it.';
COMMENT ON COLUMN ghexport.hooks.refused_at IS 'When something last came under a wrong signature.';
COMMENT ON COLUMN ghexport.hooks.refused IS 'How often that was; what the throttle turned away is not counted.';
COMMENT ON COLUMN ghexport.hooks.unused IS 'Events of kinds that nothing is done about.';
COMMENT ON COLUMN ghexport.hooks.unused_action IS 'The newest such kind.';

CREATE TABLE ghexport.hook_events (
    id               bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    org_id           text NOT NULL,
    key              bytea NOT NULL CHECK (octet_length(key) = 32),
    action           text NOT NULL,
    said_at          timestamptz,
    candidate_id     bigint,
    new_candidate_id bigint,
    application_id   bigint,
    candidate_digest bytea,
    born_at          timestamptz,
    profile_url      text,
    status           text,
    stage            text,
    job              text,
    received_at      timestamptz NOT NULL DEFAULT clock_timestamp(),
    due_at           timestamptz,
    tries            integer NOT NULL DEFAULT 0,
    worked_at        timestamptz,
    outcome          text,
    CONSTRAINT hook_events_key UNIQUE (org_id, key),
    CHECK ((due_at IS NULL) = (worked_at IS NOT NULL) AND (worked_at IS NULL) = (outcome IS NULL))
);
CREATE INDEX hook_events_due ON ghexport.hook_events (org_id, id) WHERE due_at IS NOT NULL;
CREATE INDEX hook_events_not_ours ON ghexport.hook_events (org_id, candidate_id) WHERE outcome = 'not_ours';
COMMENT ON TABLE ghexport.hook_events IS 'Events of companies'' Greenhouses: of each the ids and words that are used, and nothing else of it. What is worked off goes after 30 days.';
COMMENT ON COLUMN ghexport.hook_events.id IS 'In the order in which they came.';
COMMENT ON COLUMN ghexport.hook_events.org_id IS 'The company.';
COMMENT ON COLUMN ghexport.hook_events.key IS 'SHA-256 of Greenhouse''s id of the event, or of the body where it has none: a repeat has the same.';
COMMENT ON COLUMN ghexport.hook_events.action IS 'What happened, as Greenhouse names it.';
COMMENT ON COLUMN ghexport.hook_events.said_at IS 'When it happened, as the event says; null where it does not.';
COMMENT ON COLUMN ghexport.hook_events.candidate_id IS 'Greenhouse''s id of the candidate.';
COMMENT ON COLUMN ghexport.hook_events.new_candidate_id IS 'Of a merge: the candidate that it became.';
COMMENT ON COLUMN ghexport.hook_events.application_id IS 'Greenhouse''s id of the application.';
COMMENT ON COLUMN ghexport.hook_events.candidate_digest IS 'HMAC of the external_id, as exports.candidate_digest.';
COMMENT ON COLUMN ghexport.hook_events.born_at IS 'When the candidate was made in Greenhouse, as the event says.';
COMMENT ON COLUMN ghexport.hook_events.profile_url IS 'The candidate''s page in Greenhouse.';
COMMENT ON COLUMN ghexport.hook_events.status IS 'Of the application: active, rejected or hired.';
COMMENT ON COLUMN ghexport.hook_events.stage IS 'Of the application, as the company names it.';
COMMENT ON COLUMN ghexport.hook_events.job IS 'The job''s name.';
COMMENT ON COLUMN ghexport.hook_events.received_at IS 'When it came.';
COMMENT ON COLUMN ghexport.hook_events.due_at IS 'When a job that was lost, or has to look again, is made anew; null once it is worked off.';
COMMENT ON COLUMN ghexport.hook_events.tries IS 'How often it was looked at without an end.';
COMMENT ON COLUMN ghexport.hook_events.worked_at IS 'When it was worked off.';
COMMENT ON COLUMN ghexport.hook_events.outcome IS 'What came of it.';

CREATE TABLE ghexport.gone_profiles (
    org_id       text NOT NULL,
    candidate_id bigint NOT NULL,
    merged_into  bigint,
    anonymised   boolean NOT NULL DEFAULT false,
    said_at      timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (org_id, candidate_id)
);
COMMENT ON TABLE ghexport.gone_profiles IS 'Profiles that a company''s Greenhouse said are deleted, anonymised, or merged into another: for ever, so that whatever comes late finds it.';
COMMENT ON COLUMN ghexport.gone_profiles.org_id IS 'The company.';
COMMENT ON COLUMN ghexport.gone_profiles.candidate_id IS 'Greenhouse''s id of the candidate.';
COMMENT ON COLUMN ghexport.gone_profiles.merged_into IS 'The candidate that it became; null of one that is deleted or anonymised.';
COMMENT ON COLUMN ghexport.gone_profiles.anonymised IS 'The company took personal data out of it, and ours goes too.';
COMMENT ON COLUMN ghexport.gone_profiles.said_at IS 'When that was heard.';

-- A track that follows a merge already is not begun anew when its export follows.
-- +goose StatementBegin
DO $$
BEGIN
    EXECUTE replace(pg_get_functiondef('ghexport.track_sent()'::regprocedure), 'gone = NULL, gone_at = NULL, next_look_at = excluded.next_look_at;',
                    E'gone = NULL, gone_at = NULL, next_look_at = excluded.next_look_at\n         WHERE t.greenhouse_candidate_id <> excluded.greenhouse_candidate_id;');
END
$$;
-- +goose StatementEnd

-- One more flag. The rules of exports stand in one function, whichever migrations had a part in it.
-- +goose StatementBegin
DO $$
DECLARE
    made oid := (SELECT oid FROM pg_proc WHERE proname = 'sound' AND pronamespace = 'ghexport'::regnamespace);
BEGIN
    EXECUTE replace(pg_get_functiondef(made), '''note_cut''::text', '''note_cut''::text, ''gone''::text');
END
$$;
-- +goose StatementEnd

-- +goose Down
-- +goose StatementBegin
DO $$
DECLARE
    made oid := (SELECT oid FROM pg_proc WHERE proname = 'sound' AND pronamespace = 'ghexport'::regnamespace);
BEGIN
    UPDATE ghexport.exports SET flags = array_remove(flags, 'gone') WHERE 'gone' = ANY (flags);
    EXECUTE replace(pg_get_functiondef(made), '''note_cut''::text, ''gone''::text', '''note_cut''::text');
END
$$;
-- +goose StatementEnd
-- +goose StatementBegin
DO $$
BEGIN
    EXECUTE regexp_replace(pg_get_functiondef('ghexport.track_sent()'::regprocedure),
                           'next_look_at = excluded.next_look_at\s+WHERE t.greenhouse_candidate_id <> excluded.greenhouse_candidate_id;',
                           'next_look_at = excluded.next_look_at;');
END
$$;
-- +goose StatementEnd
DROP TABLE ghexport.gone_profiles, ghexport.hook_events, ghexport.hooks;

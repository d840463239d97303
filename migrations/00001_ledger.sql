-- The ledger: what shall be sent, what was, what is known about it, and the one row that concerns the whole service. Everything lives in
-- schema ghexport, which `migrations.Up` creates before goose runs.
--
-- A rule for every index of exports: none names `state`, a deadline or another column that each step of a send rewrites, not even in
-- its predicate, so that the intent stays a heap-only update.

-- +goose Up
CREATE TABLE ghexport.control (
    one               boolean PRIMARY KEY DEFAULT true CHECK (one),
    stopped_at        timestamptz,
    stopped_by        text,
    stopped_reason    text,
    released_at       timestamptz,
    digest_key        bytea,
    needs_version     bigint NOT NULL DEFAULT 5,
    system_identifier text,
    timeline          text
);
INSERT INTO ghexport.control DEFAULT VALUES;
COMMENT ON TABLE ghexport.control IS 'One row: what concerns the whole service.';
COMMENT ON COLUMN ghexport.control.one IS 'Keeps it one row.';
COMMENT ON COLUMN ghexport.control.stopped_at IS 'Since when nothing is sent for anybody (`pause --all`); null when sending.';
COMMENT ON COLUMN ghexport.control.stopped_by IS 'Who stopped it.';
COMMENT ON COLUMN ghexport.control.stopped_reason IS 'Why.';
COMMENT ON COLUMN ghexport.control.released_at IS 'When everything was last let go again: failures before it are forgotten.';
COMMENT ON COLUMN ghexport.control.digest_key IS 'The HMAC key of the digests, sealed with the keyset; made by the first serve.';
COMMENT ON COLUMN ghexport.control.needs_version IS 'The newest migration that a binary must know to work with this schema. A migration that breaks older binaries raises it.';
COMMENT ON COLUMN ghexport.control.system_identifier IS 'Of the cluster that this ledger was last served from: another one means a restore. Null until the first serve.';
COMMENT ON COLUMN ghexport.control.timeline IS 'Of that cluster, eight hexadecimal digits: another one means a restore or a promoted standby.';

CREATE TABLE ghexport.bodies (
    id                bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    org_id            text NOT NULL,
    interview_id      text NOT NULL,
    first_name        text NOT NULL,
    last_name         text NOT NULL,
    email             text NOT NULL,
    linkedin          text,
    note              text NOT NULL,
    note_format       smallint NOT NULL,
    interviewer_name  text,
    interviewer_email text,
    created_at        timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX bodies_by_age ON ghexport.bodies USING brin (created_at);
COMMENT ON TABLE ghexport.bodies IS 'What is sent about a person, rendered once at fold and never changed. Apart from the ledger so that the wide text is not rewritten with each state change, and so that erasure deletes whole rows.';
COMMENT ON COLUMN ghexport.bodies.id IS 'Named by exports.body_id. A body that no export names is a leftover of a fold that did not commit; the sweep deletes it.';
COMMENT ON COLUMN ghexport.bodies.org_id IS 'The company, so that a leftover can be told from a body in use.';
COMMENT ON COLUMN ghexport.bodies.interview_id IS 'The interview, likewise.';
COMMENT ON COLUMN ghexport.bodies.first_name IS 'Given name as sent.';
COMMENT ON COLUMN ghexport.bodies.last_name IS 'Family name as sent; "-" for a one-word name.';
COMMENT ON COLUMN ghexport.bodies.email IS 'The candidate''s email as sent.';
COMMENT ON COLUMN ghexport.bodies.linkedin IS 'Normalised profile address, or null.';
COMMENT ON COLUMN ghexport.bodies.note IS 'The note, byte for byte as sent.';
COMMENT ON COLUMN ghexport.bodies.note_format IS 'Version of the note''s layout.';
COMMENT ON COLUMN ghexport.bodies.interviewer_name IS 'For the credit setting.';
COMMENT ON COLUMN ghexport.bodies.interviewer_email IS 'For the credit setting.';
COMMENT ON COLUMN ghexport.bodies.created_at IS 'When it was rendered.';

CREATE TABLE ghexport.exports (
    id                         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    org_id                     text NOT NULL,
    interview_id               text NOT NULL,
    candidate_id               text NOT NULL,
    version                    bigint NOT NULL,
    revision                   integer NOT NULL DEFAULT 0,
    content_digest             bytea NOT NULL,
    state                      text NOT NULL CHECK (state IN ('ineligible', 'pending', 'queued', 'sending', 'sent', 'unknown', 'duplicate', 'dead', 'cancelled')),
    cause                      text CHECK (cause IN (
                                   'decision.missing', 'decision.no', 'withdrawn', 'practice', 'greenhouse.down', 'limited', 'outcome.unknown',
                                   'duplicate.possible', 'payload.refused', 'target.gone', 'bug', 'discarded', 'skipped', 'dropped', 'erased')),
    detail                     text,
    flags                      text[] NOT NULL DEFAULT '{}' CHECK (flags <@ ARRAY[
                                   'edited_after_send', 'withdrawn_after_send', 'resent_after_5xx', 'version_conflict', 'decision_vanished',
                                   'doubled', 'may_exist', 'name_padded', 'linkedin_left_out', 'note_cut']),
    interviewed_at             timestamptz NOT NULL,
    interviewer_advances       boolean,
    candidate_continues        boolean,
    practice                   boolean NOT NULL,
    job                        text,
    body_id                    bigint,
    candidate_digest           bytea,
    email_digest               bytea,
    lane                       smallint NOT NULL DEFAULT 0 CHECK (lane IN (0, 1)),
    due_at                     timestamptz,
    blocked_at                 timestamptz,
    attention_at               timestamptz,
    job_id                     bigint,
    send_by                    timestamptz,
    attempts                   integer NOT NULL DEFAULT 0,
    attempt                    uuid,
    attempt_started_at         timestamptz,
    deadline                   timestamptz,
    job_timeout                interval,
    first_failed_at            timestamptz,
    failures                   integer NOT NULL DEFAULT 0,
    duplicate_allowed          boolean NOT NULL DEFAULT false,
    greenhouse_candidate_id    bigint,
    greenhouse_application_id  bigint,
    profile_url                text,
    committed_at               timestamptz NOT NULL,
    created_at                 timestamptz NOT NULL DEFAULT clock_timestamp(),
    updated_at                 timestamptz NOT NULL DEFAULT clock_timestamp(),
    sent_at                    timestamptz,
    erased_at                  timestamptz,
    advanced_at                timestamptz,
    continued_at               timestamptz,
    later_body_id              bigint,
    died_of                    text,
    died_version               text,
    CONSTRAINT exports_key UNIQUE (interview_id, org_id),
    CONSTRAINT exports_due_is_pending CHECK (due_at IS NULL OR state = 'pending'),
    CONSTRAINT exports_blocked_is_waiting CHECK (blocked_at IS NULL OR state IN ('pending', 'duplicate')),
    CONSTRAINT exports_job_is_in_flight CHECK ((job_id IS NOT NULL) = (state IN ('queued', 'sending'))),
    CONSTRAINT exports_pending_is_due_or_blocked CHECK (state <> 'pending' OR (due_at IS NULL) <> (blocked_at IS NULL)),
    CONSTRAINT exports_sending_is_an_attempt CHECK (state <> 'sending' OR (attempt IS NOT NULL AND deadline IS NOT NULL))
) WITH (fillfactor = 50);
CREATE INDEX exports_due ON ghexport.exports (org_id, lane, due_at, id) WHERE due_at IS NOT NULL;
CREATE INDEX exports_in_flight ON ghexport.exports (org_id, job_id) WHERE job_id IS NOT NULL;
CREATE INDEX exports_blocked ON ghexport.exports (id) WHERE blocked_at IS NOT NULL;
CREATE INDEX exports_attention ON ghexport.exports (attention_at, id) WHERE attention_at IS NOT NULL;
CREATE INDEX exports_by_org ON ghexport.exports (org_id, id);
CREATE INDEX exports_by_cause ON ghexport.exports (cause, id) WHERE cause IS NOT NULL;
CREATE INDEX exports_attention_by_id ON ghexport.exports (id) WHERE attention_at IS NOT NULL;
CREATE INDEX exports_attention_by_org ON ghexport.exports (org_id, id) WHERE attention_at IS NOT NULL;
-- Siblings, and a person over all companies, are looked up by hash: half the cost of a b-tree whose keys begin with the company's name.
CREATE INDEX exports_by_candidate ON ghexport.exports USING hash (candidate_digest) WHERE candidate_digest IS NOT NULL;
CREATE INDEX exports_by_email ON ghexport.exports USING hash (email_digest) WHERE email_digest IS NOT NULL;
COMMENT ON TABLE ghexport.exports IS 'The ledger: one row per (org, interview), for ever. It, never river_job.state, is the truth about what was sent.';
COMMENT ON COLUMN ghexport.exports.id IS 'The export''s number; all that a River job carries.';
COMMENT ON COLUMN ghexport.exports.org_id IS 'The company, as the producer names it. It may have no integration yet.';
COMMENT ON COLUMN ghexport.exports.interview_id IS 'The interview, as the producer names it.';
COMMENT ON COLUMN ghexport.exports.candidate_id IS 'The producer''s opaque id of the candidate at this company; Greenhouse''s external_id.';
COMMENT ON COLUMN ghexport.exports.version IS 'Version of the newest message folded into this row.';
COMMENT ON COLUMN ghexport.exports.revision IS 'Counts edits by `replay --set` since that version.';
COMMENT ON COLUMN ghexport.exports.content_digest IS 'SHA-256 of that message, to tell a repeat from the same version with other content.';
COMMENT ON COLUMN ghexport.exports.state IS 'Where the export stands; see the README''s table of states.';
COMMENT ON COLUMN ghexport.exports.cause IS 'Why it stands there, from the closed list; null where nothing needs explaining.';
COMMENT ON COLUMN ghexport.exports.detail IS 'More about the cause: refused fields and messages. Cleaned and capped; no personal data of ours.';
COMMENT ON COLUMN ghexport.exports.flags IS 'What a person should know beside the state.';
COMMENT ON COLUMN ghexport.exports.interviewed_at IS 'Start of the interview; exports of one candidate go in this order.';
COMMENT ON COLUMN ghexport.exports.interviewer_advances IS 'The interviewer''s decision; null while unanswered.';
COMMENT ON COLUMN ghexport.exports.candidate_continues IS 'The candidate''s decision; null while unanswered.';
COMMENT ON COLUMN ghexport.exports.practice IS 'A practice interview is never exported.';
COMMENT ON COLUMN ghexport.exports.job IS 'The producer''s name of the role, for the company''s job mapping.';
COMMENT ON COLUMN ghexport.exports.body_id IS 'What to send (bodies.id); null while ineligible and once erased.';
COMMENT ON COLUMN ghexport.exports.candidate_digest IS 'HMAC of the candidate id, to find the same person again even after erasure.';
COMMENT ON COLUMN ghexport.exports.email_digest IS 'HMAC of the trimmed, lower-cased email, likewise.';
COMMENT ON COLUMN ghexport.exports.lane IS '0 live work, 1 replays and backfills, which yield to it.';
COMMENT ON COLUMN ghexport.exports.due_at IS 'When a pending export may go; null in every other state and while it waits for a sibling.';
COMMENT ON COLUMN ghexport.exports.blocked_at IS 'Since when it waits for a sibling of the same candidate or for a decision about one.';
COMMENT ON COLUMN ghexport.exports.attention_at IS 'Since when it needs a look (dead, unknown, duplicate); null otherwise.';
COMMENT ON COLUMN ghexport.exports.job_id IS 'The one River job that may send it; kept from dispatch until settle.';
COMMENT ON COLUMN ghexport.exports.send_by IS 'End of the budget window that dispatch spent from: an intent after it goes back to pending.';
COMMENT ON COLUMN ghexport.exports.attempts IS 'Intents so far: how often a request may have left.';
COMMENT ON COLUMN ghexport.exports.attempt IS 'Token of the newest attempt; every settle names one.';
COMMENT ON COLUMN ghexport.exports.attempt_started_at IS 'When that attempt''s intent was made.';
COMMENT ON COLUMN ghexport.exports.deadline IS 'When a sending row whose worker stays silent becomes unknown.';
COMMENT ON COLUMN ghexport.exports.job_timeout IS 'The job timeout in force at the intent; bounds how late its answer can be.';
COMMENT ON COLUMN ghexport.exports.first_failed_at IS 'First failure of the present row of failures; after 72 h of them it is dead.';
COMMENT ON COLUMN ghexport.exports.failures IS 'Failures in that row.';
COMMENT ON COLUMN ghexport.exports.duplicate_allowed IS 'A person decided that a second profile of this candidate shall be created.';
COMMENT ON COLUMN ghexport.exports.greenhouse_candidate_id IS 'Greenhouse''s id of the candidate.';
COMMENT ON COLUMN ghexport.exports.greenhouse_application_id IS 'Greenhouse''s id of the application.';
COMMENT ON COLUMN ghexport.exports.profile_url IS 'The candidate''s page in Greenhouse.';
COMMENT ON COLUMN ghexport.exports.committed_at IS 'When the newest folded message was enqueued.';
COMMENT ON COLUMN ghexport.exports.created_at IS 'When the first message was folded.';
COMMENT ON COLUMN ghexport.exports.updated_at IS 'When the row last changed.';
COMMENT ON COLUMN ghexport.exports.sent_at IS 'When Greenhouse''s acceptance was recorded.';
COMMENT ON COLUMN ghexport.exports.erased_at IS 'When personal data was taken out for good.';
COMMENT ON COLUMN ghexport.exports.advanced_at IS 'When the interviewer''s yes was committed by the producer; null without one, and for what was folded before this column.';
COMMENT ON COLUMN ghexport.exports.continued_at IS 'When the candidate''s yes was, likewise.';
COMMENT ON COLUMN ghexport.exports.later_body_id IS 'What a newer result says that came after this was sent (bodies.id), for a person to copy; it is never sent.';
COMMENT ON COLUMN ghexport.exports.died_of IS 'Of a dead export: the detail with what differs from letter to letter taken out, so that letters that died of one thing group. Null elsewhere, and where an older binary recorded the death.';
COMMENT ON COLUMN ghexport.exports.died_version IS 'Of a dead export: the version of the binary that sent it, by which a fix is told from more of the same. Null as died_of.';

CREATE TABLE ghexport.revisions (
    export_id   bigint NOT NULL,
    version     bigint NOT NULL,
    revision    integer NOT NULL,
    body_id     bigint NOT NULL,
    fields      text[] NOT NULL,
    actor       text NOT NULL,
    replaced_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (export_id, version, revision)
);
CREATE INDEX revisions_by_body ON ghexport.revisions (body_id);
COMMENT ON TABLE ghexport.revisions IS 'What an export would have sent before a person edited it. Each names a body that is kept for it; erasure and retention take that body as they take the present one.';
COMMENT ON COLUMN ghexport.revisions.export_id IS 'The export.';
COMMENT ON COLUMN ghexport.revisions.version IS 'The producer''s version that was edited.';
COMMENT ON COLUMN ghexport.revisions.revision IS 'Which revision of that version was replaced; 0 is the producer''s own.';
COMMENT ON COLUMN ghexport.revisions.body_id IS 'What it would have sent (bodies.id).';
COMMENT ON COLUMN ghexport.revisions.fields IS 'The fields in which its successor differs, without their values.';
COMMENT ON COLUMN ghexport.revisions.actor IS 'Who edited it.';
COMMENT ON COLUMN ghexport.revisions.replaced_at IS 'When.';

CREATE TABLE ghexport.aside (
    export_id      bigint PRIMARY KEY,
    version        bigint NOT NULL,
    schema_version integer NOT NULL,
    message        jsonb NOT NULL,
    enqueued_at    timestamptz NOT NULL
);
COMMENT ON TABLE ghexport.aside IS 'The newest message for an export that could not take it (sending, unknown, cancelled). Whatever leads out of these states puts it back into the outbox in the same transaction.';
COMMENT ON COLUMN ghexport.aside.export_id IS 'The export it is for.';
COMMENT ON COLUMN ghexport.aside.version IS 'As in the outbox.';
COMMENT ON COLUMN ghexport.aside.schema_version IS 'As in the outbox.';
COMMENT ON COLUMN ghexport.aside.message IS 'As in the outbox. Personal data.';
COMMENT ON COLUMN ghexport.aside.enqueued_at IS 'As in the outbox.';

CREATE TABLE ghexport.attempts (
    token              uuid NOT NULL,
    export_id          bigint NOT NULL,
    number             integer NOT NULL,
    job_id             bigint,
    credential_version bigint,
    started_at         timestamptz NOT NULL,
    finished_at        timestamptz NOT NULL,
    outcome            text NOT NULL CHECK (outcome IN ('sent', 'again', 'limited', 'hold', 'unknown', 'dead')),
    status             integer,
    cause              text,
    detail             text,
    silent             boolean NOT NULL DEFAULT false,
    late               boolean NOT NULL DEFAULT false,
    next_at            timestamptz,
    budget_limit       integer,
    budget_remaining   integer,
    PRIMARY KEY (export_id, token)
);
-- Attempts are appended in the order of their end, which a block range index knows at almost no cost to whoever appends.
CREATE INDEX attempts_by_end ON ghexport.attempts USING brin (finished_at) WITH (pages_per_range = 32, autosummarize = on);
COMMENT ON TABLE ghexport.attempts IS 'One row per attempt, written when it is settled: by its worker, or by the sweep for one that stayed silent.';
COMMENT ON COLUMN ghexport.attempts.token IS 'The attempt''s own id, drawn before its intent.';
COMMENT ON COLUMN ghexport.attempts.export_id IS 'The export that it tried to send.';
COMMENT ON COLUMN ghexport.attempts.number IS 'Which attempt of that export, from 1.';
COMMENT ON COLUMN ghexport.attempts.job_id IS 'The River job that ran it.';
COMMENT ON COLUMN ghexport.attempts.credential_version IS 'The credential that it was made with.';
COMMENT ON COLUMN ghexport.attempts.started_at IS 'When its intent was made.';
COMMENT ON COLUMN ghexport.attempts.finished_at IS 'When it was settled.';
COMMENT ON COLUMN ghexport.attempts.outcome IS 'What followed: sent, again later, limited, the company held, unknown, dead.';
COMMENT ON COLUMN ghexport.attempts.status IS 'HTTP status; null when no answer came.';
COMMENT ON COLUMN ghexport.attempts.cause IS 'The cause it was judged to be.';
COMMENT ON COLUMN ghexport.attempts.detail IS 'Greenhouse''s field names and messages, cleaned and capped.';
COMMENT ON COLUMN ghexport.attempts.silent IS 'Its worker never said how it ended: the sweep wrote this row, and the truth may still come.';
COMMENT ON COLUMN ghexport.attempts.late IS 'Its answer came after the sweep had given it up or another attempt had begun.';
COMMENT ON COLUMN ghexport.attempts.next_at IS 'When the export was due again after this attempt; null where nothing followed by itself.';
COMMENT ON COLUMN ghexport.attempts.budget_limit IS 'Requests a window, as the answer''s headers said; null where they did not.';
COMMENT ON COLUMN ghexport.attempts.budget_remaining IS 'Requests left of that window after this attempt, likewise.';

-- +goose Down
DROP TABLE ghexport.attempts, ghexport.aside, ghexport.revisions, ghexport.exports, ghexport.bodies, ghexport.control;

-- Dead letters by what they died of, replay runs, and edits before a replay. Additive: older binaries go on working.

-- +goose Up
ALTER TABLE ghexport.exports
    ADD COLUMN died_of      text,
    ADD COLUMN died_version text;
COMMENT ON COLUMN ghexport.exports.died_of IS 'Of a dead export: the detail with what differs from letter to letter taken out, so that letters that died of one thing group. Null elsewhere, and where an older binary recorded the death.';
COMMENT ON COLUMN ghexport.exports.died_version IS 'Of a dead export: the version of the binary that sent it, by which a fix is told from more of the same. Null as died_of.';

CREATE TABLE ghexport.runs (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    state       text NOT NULL DEFAULT 'running' CHECK (state IN ('running', 'paused', 'stopped', 'done')),
    because     text,
    actor       text NOT NULL,
    reason      text NOT NULL,
    ticket      text,
    selected    jsonb NOT NULL,
    members     integer NOT NULL DEFAULT 0,
    canary      integer NOT NULL CHECK (canary >= 0),
    rate        double precision CHECK (rate > 0),
    stop_share  double precision NOT NULL CHECK (stop_share BETWEEN 0 AND 1),
    stop_from   integer NOT NULL CHECK (stop_from > 0),
    proved      integer NOT NULL DEFAULT 0,
    good        integer NOT NULL DEFAULT 0,
    bad         integer NOT NULL DEFAULT 0,
    proved_at   timestamptz,
    paced_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    checked_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
    created_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
    updated_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
    ended_at    timestamptz,
    CONSTRAINT runs_done_has_ended CHECK (state <> 'done' OR ended_at IS NOT NULL)
);
CREATE INDEX runs_live ON ghexport.runs (id) WHERE ended_at IS NULL;
COMMENT ON TABLE ghexport.runs IS 'Replays of many exports: a frozen set, of which a few go first and the rest at a rate. The relay brings each on, step by step.';
COMMENT ON COLUMN ghexport.runs.id IS 'The run''s number.';
COMMENT ON COLUMN ghexport.runs.state IS 'running; paused, by a person or by the run itself; stopped by a person, for good; done: every member has settled.';
COMMENT ON COLUMN ghexport.runs.because IS 'Why it is paused or was stopped.';
COMMENT ON COLUMN ghexport.runs.actor IS 'Who began it; each of its releases is audited under this name.';
COMMENT ON COLUMN ghexport.runs.reason IS 'Why, in their words.';
COMMENT ON COLUMN ghexport.runs.ticket IS 'Where it is talked about, if they said.';
COMMENT ON COLUMN ghexport.runs.selected IS 'The filter that chose the members, for a reader: what matches later does not join.';
COMMENT ON COLUMN ghexport.runs.members IS 'How many exports it was begun with.';
COMMENT ON COLUMN ghexport.runs.canary IS 'How many must be sent before the rest is released; 0 for none.';
COMMENT ON COLUMN ghexport.runs.rate IS 'Releases a second; null for the default.';
COMMENT ON COLUMN ghexport.runs.stop_share IS 'The share of settled members that may die again; above it the run pauses itself.';
COMMENT ON COLUMN ghexport.runs.stop_from IS 'How many must have settled before that share counts.';
COMMENT ON COLUMN ghexport.runs.proved IS 'Canaries that were sent.';
COMMENT ON COLUMN ghexport.runs.good IS 'Members sent since the run was begun or last resumed, for stop_share.';
COMMENT ON COLUMN ghexport.runs.bad IS 'Members that died again or fell into doubt since then.';
COMMENT ON COLUMN ghexport.runs.proved_at IS 'Since when the rest may go; null while canaries are awaited.';
COMMENT ON COLUMN ghexport.runs.paced_at IS 'Up to when the rate is used up.';
COMMENT ON COLUMN ghexport.runs.checked_at IS 'When the members that still wait were last compared with the ledger.';
COMMENT ON COLUMN ghexport.runs.created_at IS 'When it was begun.';
COMMENT ON COLUMN ghexport.runs.updated_at IS 'When it last changed.';
COMMENT ON COLUMN ghexport.runs.ended_at IS 'When its last member settled; null while the relay still looks after it.';

CREATE TABLE ghexport.run_members (
    run_id      bigint NOT NULL REFERENCES ghexport.runs (id),
    export_id   bigint NOT NULL,
    org_id      text NOT NULL,
    state       text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'released', 'sent', 'dead', 'unknown', 'duplicate', 'ineligible', 'cancelled', 'skipped')),
    cause       text,
    because     text,
    canary      boolean NOT NULL DEFAULT false,
    released_at timestamptz,
    settled_at  timestamptz,
    PRIMARY KEY (run_id, export_id)
);
CREATE UNIQUE INDEX run_members_live ON ghexport.run_members (export_id) WHERE state IN ('waiting', 'released');
CREATE INDEX run_members_waiting ON ghexport.run_members (run_id, org_id, export_id) WHERE state = 'waiting';
CREATE INDEX run_members_released ON ghexport.run_members (run_id, org_id) WHERE state = 'released';
COMMENT ON TABLE ghexport.run_members IS 'The exports of each run. A live member belongs to one run alone; run_members_live holds that.';
COMMENT ON COLUMN ghexport.run_members.run_id IS 'The run.';
COMMENT ON COLUMN ghexport.run_members.export_id IS 'The export. It stays as it is in the ledger until it is released.';
COMMENT ON COLUMN ghexport.run_members.org_id IS 'Its company, so that a held one is passed over without a look at its members.';
COMMENT ON COLUMN ghexport.run_members.state IS 'waiting; released: due, queued or being sent; else how it ended, by the export''s state; skipped: never released, see because.';
COMMENT ON COLUMN ghexport.run_members.cause IS 'The export''s cause when it ended.';
COMMENT ON COLUMN ghexport.run_members.because IS 'Why it was skipped.';
COMMENT ON COLUMN ghexport.run_members.canary IS 'It went first.';
COMMENT ON COLUMN ghexport.run_members.released_at IS 'When the relay made it due.';
COMMENT ON COLUMN ghexport.run_members.settled_at IS 'When the run noticed how it ended.';

CREATE INDEX audit_by_run ON ghexport.audit ((detail ->> 'run'), id) WHERE detail ? 'run' AND export_id IS NULL;

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

-- +goose Down
DROP TABLE ghexport.revisions;
DROP INDEX ghexport.audit_by_run;
DROP TABLE ghexport.run_members;
DROP TABLE ghexport.runs;
ALTER TABLE ghexport.exports DROP COLUMN died_of, DROP COLUMN died_version;

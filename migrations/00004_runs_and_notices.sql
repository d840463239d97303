-- Runs, which replay many exports, and notices, which tell companies and us by mail and webhook. The relay brings both on.

-- +goose Up
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

CREATE TABLE ghexport.waves (
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    began_at  timestamptz NOT NULL,
    seen_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
    ended_at  timestamptz,
    companies text[] NOT NULL
);
CREATE UNIQUE INDEX waves_open ON ghexport.waves ((true)) WHERE ended_at IS NULL;
COMMENT ON TABLE ghexport.waves IS 'Times at which Greenhouse refused (401) several companies within minutes: its fault or ours, so companies are not told until it is over. At most one lasts.';
COMMENT ON COLUMN ghexport.waves.id IS 'Order.';
COMMENT ON COLUMN ghexport.waves.began_at IS 'When the first of its holds began. Later holds for 401 belong to it while it lasts.';
COMMENT ON COLUMN ghexport.waves.seen_at IS 'When it was noticed.';
COMMENT ON COLUMN ghexport.waves.ended_at IS 'When too few companies were still refused, or it had lasted too long to wait; null while it lasts.';
COMMENT ON COLUMN ghexport.waves.companies IS 'The companies refused when it was noticed.';

CREATE TABLE ghexport.notices (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    key        text NOT NULL,
    kind       text NOT NULL CHECK (kind IN ('broken', 'still_broken', 'works_again', 'needs_decision', 'refusals', 'key_unreadable')),
    org_id     text,
    hold_id    bigint,
    cause      text,
    since      timestamptz NOT NULL,
    days       integer NOT NULL DEFAULT 0,
    waiting    bigint NOT NULL DEFAULT 0,
    unknown    bigint NOT NULL DEFAULT 0,
    duplicate  bigint NOT NULL DEFAULT 0,
    companies  text[] NOT NULL DEFAULT '{}',
    channel    text NOT NULL CHECK (channel IN ('mail', 'webhook')),
    recipient  text NOT NULL DEFAULT '',
    message    uuid NOT NULL DEFAULT gen_random_uuid(),
    state      text NOT NULL CHECK (state IN ('waiting', 'sending', 'sent', 'dead', 'lapsed', 'suppressed', 'undeliverable')),
    detail     text,
    due_at     timestamptz,
    attempts   integer NOT NULL DEFAULT 0,
    attempt    uuid,
    deadline   timestamptz,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    told_from  timestamptz NOT NULL DEFAULT clock_timestamp(),
    sent_at    timestamptz,
    CONSTRAINT notices_once UNIQUE (key, channel, recipient),
    CONSTRAINT notices_due_is_waiting CHECK ((due_at IS NOT NULL) = (state = 'waiting')),
    CONSTRAINT notices_sending_is_an_attempt CHECK (state <> 'sending' OR (attempt IS NOT NULL AND deadline IS NOT NULL))
);
CREATE INDEX notices_due ON ghexport.notices (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX notices_sending ON ghexport.notices (deadline) WHERE deadline IS NOT NULL;
CREATE INDEX notices_by_org ON ghexport.notices (org_id, id);
CREATE INDEX notices_by_hold ON ghexport.notices (hold_id) WHERE hold_id IS NOT NULL;
CREATE INDEX notices_by_age ON ghexport.notices (created_at);
COMMENT ON TABLE ghexport.notices IS 'What companies and we are told, one row for each channel and address. Written by the relay''s sweep from the state of the ledger; sent by River jobs of kind notice. Kept for 90 days.';
COMMENT ON COLUMN ghexport.notices.id IS 'All that a River job carries.';
COMMENT ON COLUMN ghexport.notices.key IS 'What it is about. Unique with channel and recipient, so that nodes, restarts and repeats tell it once.';
COMMENT ON COLUMN ghexport.notices.kind IS 'broken, still_broken, works_again, needs_decision: to a company. refusals, key_unreadable: to us.';
COMMENT ON COLUMN ghexport.notices.org_id IS 'The company; null for what concerns several.';
COMMENT ON COLUMN ghexport.notices.hold_id IS 'The hold that it is about (holds.id).';
COMMENT ON COLUMN ghexport.notices.cause IS 'Why the company is held.';
COMMENT ON COLUMN ghexport.notices.since IS 'Since when; for works_again, since when it works.';
COMMENT ON COLUMN ghexport.notices.days IS 'Whole days since then, for the daily ones.';
COMMENT ON COLUMN ghexport.notices.waiting IS 'Exports that waited when it was written, or that were let go.';
COMMENT ON COLUMN ghexport.notices.unknown IS 'Exports of which nobody knew whether they are in Greenhouse.';
COMMENT ON COLUMN ghexport.notices.duplicate IS 'Possible duplicates that waited for a decision.';
COMMENT ON COLUMN ghexport.notices.companies IS 'refusals: the companies refused.';
COMMENT ON COLUMN ghexport.notices.channel IS 'How it is told.';
COMMENT ON COLUMN ghexport.notices.recipient IS 'The address of a mail; empty for the webhook, and where nobody can be written to.';
COMMENT ON COLUMN ghexport.notices.message IS 'Names the message to its receiver (Message-ID, webhook-id), the same in every attempt.';
COMMENT ON COLUMN ghexport.notices.state IS 'waiting, sending, sent; dead: given up. lapsed: over before it was told. suppressed: held back while many companies are refused. undeliverable: nobody to tell, or no way.';
COMMENT ON COLUMN ghexport.notices.detail IS 'Why it is dead, lapsed, suppressed or undeliverable, or what the last attempt met.';
COMMENT ON COLUMN ghexport.notices.due_at IS 'When to send it; null in every other state than waiting.';
COMMENT ON COLUMN ghexport.notices.attempts IS 'How often it may have been sent.';
COMMENT ON COLUMN ghexport.notices.attempt IS 'Token of the newest attempt.';
COMMENT ON COLUMN ghexport.notices.deadline IS 'When an attempt whose worker stays silent is made again.';
COMMENT ON COLUMN ghexport.notices.created_at IS 'When it was written.';
COMMENT ON COLUMN ghexport.notices.told_from IS 'From when it was to be told: as created_at, or when it was no longer suppressed.';
COMMENT ON COLUMN ghexport.notices.sent_at IS 'When its receiver took it.';

-- +goose Down
DROP TABLE ghexport.notices, ghexport.waves, ghexport.run_members, ghexport.runs;

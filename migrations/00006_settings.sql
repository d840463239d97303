-- What a company's admin settles: credit for a fixed person, a job for roles without one, who is told, and what Greenhouse showed when
-- it was last asked. Additive: older binaries go on working, and treat the credit 'fixed' as that of the created-by user.

-- +goose Up
ALTER TABLE ghexport.integrations
    DROP CONSTRAINT integrations_credit_check,
    ADD CONSTRAINT integrations_credit_check CHECK (credit IN ('created_by', 'interviewer', 'fixed')),
    ADD COLUMN credit_to       jsonb,
    ADD COLUMN default_job_id  bigint,
    ADD COLUMN notice_emails   text[] NOT NULL DEFAULT '{}',
    ADD COLUMN notice_webhook  boolean NOT NULL DEFAULT true,
    ADD COLUMN revision        bigint NOT NULL DEFAULT 1,
    ADD COLUMN switched_at     timestamptz,
    ADD COLUMN switched_by     text,
    ADD COLUMN test_report     jsonb,
    ADD COLUMN jobs_seen       jsonb,
    ADD COLUMN jobs_seen_at    timestamptz,
    ADD COLUMN pools_seen      jsonb,
    ADD COLUMN pools_seen_at   timestamptz,
    ADD CONSTRAINT integrations_credit_to_check CHECK (credit <> 'fixed' OR credit_to IS NOT NULL);
COMMENT ON COLUMN ghexport.integrations.credit IS 'Who gets credit: the created-by user (Greenhouse''s default), the interviewer, or the fixed person credit_to.';
COMMENT ON COLUMN ghexport.integrations.credit_to IS 'That person as Greenhouse''s referrer wants it: {"email", "first_name", "last_name"}.';
COMMENT ON COLUMN ghexport.integrations.default_job_id IS 'In mode candidate: the job of roles that job_map does not name. Null: they are sent as prospects.';
COMMENT ON COLUMN ghexport.integrations.notice_emails IS 'Who is told by email when something needs attention. Never the created-by address, which need not have an inbox.';
COMMENT ON COLUMN ghexport.integrations.notice_webhook IS 'Whether the product is told by webhook.';
COMMENT ON COLUMN ghexport.integrations.revision IS 'Raised with every change of credential or choices, so that of two people who change them at once the second learns of the first.';
COMMENT ON COLUMN ghexport.integrations.switched_at IS 'When it was last turned on or off; null: it was never on.';
COMMENT ON COLUMN ghexport.integrations.switched_by IS 'Who did.';
COMMENT ON COLUMN ghexport.integrations.test_report IS 'What the last connection test with the stored credential found, line by line, without secrets.';
COMMENT ON COLUMN ghexport.integrations.jobs_seen IS 'Open jobs as Greenhouse last listed them, and jobs that the company maps and Greenhouse lists no more, with when that was first seen.';
COMMENT ON COLUMN ghexport.integrations.jobs_seen_at IS 'When Greenhouse listed them.';
COMMENT ON COLUMN ghexport.integrations.pools_seen IS 'Prospect pools and their stages, as Greenhouse last listed them.';
COMMENT ON COLUMN ghexport.integrations.pools_seen_at IS 'When Greenhouse listed them.';

-- Whoever is on was turned on at some time; whoever is off may have been.
UPDATE ghexport.integrations i
   SET switched_at = coalesce(a.at, i.updated_at), switched_by = a.actor
  FROM ghexport.integrations j
  LEFT JOIN LATERAL (SELECT a.at, a.actor
                       FROM ghexport.audit a -- audit_by_org
                      WHERE a.org_id = j.org_id AND a.action IN ('org enable', 'org disable')
                      ORDER BY a.id DESC
                      LIMIT 1) a ON true
 WHERE i.org_id = j.org_id AND (i.enabled OR a.at IS NOT NULL);

-- +goose Down
UPDATE ghexport.integrations SET credit = 'created_by' WHERE credit = 'fixed';
ALTER TABLE ghexport.integrations
    DROP CONSTRAINT integrations_credit_to_check,
    DROP CONSTRAINT integrations_credit_check,
    ADD CONSTRAINT integrations_credit_check CHECK (credit IN ('created_by', 'interviewer')),
    DROP COLUMN credit_to, DROP COLUMN default_job_id, DROP COLUMN notice_emails, DROP COLUMN notice_webhook, DROP COLUMN revision,
    DROP COLUMN switched_at, DROP COLUMN switched_by, DROP COLUMN test_report, DROP COLUMN jobs_seen, DROP COLUMN jobs_seen_at,
    DROP COLUMN pools_seen, DROP COLUMN pools_seen_at;

-- Links that credit applications to us, for the open jobs for which a company wants one; and a role for a company's recruiters, who see
-- its people and change nothing. An older binary knows nobody of that role, and refuses their links.

-- +goose Up
CREATE TABLE ghexport.tracking_links (
    org_id     text NOT NULL,
    job_id     bigint NOT NULL,
    url        text NOT NULL,
    job        text NOT NULL,
    source     text NOT NULL,
    referrer   text NOT NULL,
    created_by text NOT NULL,
    made_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    made_by    text NOT NULL,
    PRIMARY KEY (org_id, job_id)
);
COMMENT ON TABLE ghexport.tracking_links IS 'Tracking links that a company''s Greenhouse made for us, the newest of each job. They stay when the job closes.';
COMMENT ON COLUMN ghexport.tracking_links.org_id IS 'The company.';
COMMENT ON COLUMN ghexport.tracking_links.job_id IS 'Greenhouse''s id of the job.';
COMMENT ON COLUMN ghexport.tracking_links.url IS 'The link: whoever applies through it counts as come from us.';
COMMENT ON COLUMN ghexport.tracking_links.job IS 'The job''s name, as Greenhouse said it with the link.';
COMMENT ON COLUMN ghexport.tracking_links.source IS 'What Greenhouse calls us.';
COMMENT ON COLUMN ghexport.tracking_links.referrer IS 'The name of the company''s user who gets the credit.';
COMMENT ON COLUMN ghexport.tracking_links.created_by IS 'The email as whom it was made: the company''s "Created by" then.';
COMMENT ON COLUMN ghexport.tracking_links.made_at IS 'When.';
COMMENT ON COLUMN ghexport.tracking_links.made_by IS 'Who asked for it.';

ALTER TABLE ghexport.made_links ADD COLUMN role text NOT NULL DEFAULT 'company' CONSTRAINT made_links_role CHECK (role IN ('company', 'recruiter'));
COMMENT ON COLUMN ghexport.made_links.role IS 'As what it lets somebody in: as the company''s admin, or as one of its recruiters.';
COMMENT ON TABLE ghexport.made_links IS 'Links for companies'' admins and recruiters that the console or the command made and that nobody has opened. A row goes when its link is opened, ended or has expired. Links that the product makes by itself are not known before they are opened.';
COMMENT ON TABLE ghexport.console_links IS 'Links of companies'' admins and recruiters that were opened, so that each opens once, and those that were ended before, so that none opens. A row goes once its link has expired.';

ALTER TABLE ghexport.console_sessions
    DROP CONSTRAINT console_sessions_role_check,
    DROP CONSTRAINT console_sessions_check,
    ADD CONSTRAINT console_sessions_role CHECK (role IN ('viewer', 'oncall', 'admin', 'company', 'recruiter')),
    ADD CONSTRAINT console_sessions_org CHECK ((org_id IS NOT NULL) = (role IN ('company', 'recruiter')));
COMMENT ON COLUMN ghexport.console_sessions.role IS 'viewer, oncall or admin of ours; company, an admin of the one company org_id; or recruiter, who sees its people and changes nothing.';
COMMENT ON COLUMN ghexport.console_sessions.org_id IS 'The only company that the roles company and recruiter see; null for ours.';

-- +goose Down
DELETE FROM ghexport.console_sessions WHERE role = 'recruiter';
ALTER TABLE ghexport.console_sessions
    DROP CONSTRAINT console_sessions_role,
    DROP CONSTRAINT console_sessions_org,
    ADD CONSTRAINT console_sessions_role_check CHECK (role IN ('viewer', 'oncall', 'admin', 'company')),
    ADD CONSTRAINT console_sessions_check CHECK ((org_id IS NOT NULL) = (role = 'company'));
COMMENT ON COLUMN ghexport.console_sessions.org_id IS 'The only company that the role company sees; null for ours.';
COMMENT ON COLUMN ghexport.console_sessions.role IS 'viewer, oncall or admin of ours, or company: an admin of the one company org_id.';
COMMENT ON TABLE ghexport.console_links IS 'Links of companies'' admins that were opened, so that each opens once, and those that were ended before, so that none opens. A row goes once its link has expired.';
COMMENT ON TABLE ghexport.made_links IS 'Links for companies'' admins that the console or the command made and that nobody has opened. A row goes when its link is opened, ended or has expired. Links that the product makes by itself are not known before they are opened.';
DELETE FROM ghexport.made_links WHERE role = 'recruiter';
ALTER TABLE ghexport.made_links DROP COLUMN role;
DROP TABLE ghexport.tracking_links;

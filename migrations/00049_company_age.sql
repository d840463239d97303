-- For how long a company wants personal data kept. Additive: nodes of before go by the service's own age for every company, which takes
-- nothing that this would keep unless the company's age is the longer one.

-- +goose Up
ALTER TABLE ghexport.integrations
    ADD COLUMN keep_people_days integer CHECK (keep_people_days BETWEEN 7 AND 3650);
COMMENT ON COLUMN ghexport.integrations.keep_people_days IS 'For how many days what was sent about a person is kept once the export is settled for good. Null: for as long as the service keeps it.';

-- A company whose age is shorter than the service's is walked by itself. Folds wait while this is built, seconds for a million bodies.
CREATE INDEX bodies_by_org ON ghexport.bodies (org_id, id);

-- +goose Down
DROP INDEX ghexport.bodies_by_org;
ALTER TABLE ghexport.integrations DROP COLUMN keep_people_days;

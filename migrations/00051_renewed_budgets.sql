-- What is kept of a budget is let go shortly before it is renewed, unless somebody else spends of it, too; and while windows' phase is
-- unknown, a request counts from its answer. Additive: older nodes leave the new columns as they are, and read the moments in `spends` as
-- spends a little later than they were, so that they count too much and never too little.

-- +goose Up
ALTER TABLE ghexport.budgets
    ADD COLUMN takes     interval,
    ADD COLUMN others_at timestamptz;
COMMENT ON COLUMN ghexport.budgets.takes IS 'How long requests take until they are answered, the newest counting a quarter; null while not known.';
COMMENT ON COLUMN ghexport.budgets.others_at IS 'When somebody else was last noticed to spend of it: Greenhouse counted more than we took out, answered 429, or a probe found nothing left. Null for never.';
COMMENT ON COLUMN ghexport.budgets.spends IS 'While the phase is unknown, of each of the newest requests: when it was answered, or has left at the latest. At most limit_.';

-- +goose Down
COMMENT ON COLUMN ghexport.budgets.spends IS 'While the phase is unknown: the moments of the newest spends, at most limit_.';
ALTER TABLE ghexport.budgets DROP COLUMN others_at, DROP COLUMN takes;

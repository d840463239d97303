-- The layout of the note, chosen by each company. Additive: nodes of before go on rendering the first layout, and record it as they did.

-- +goose Up
ALTER TABLE ghexport.integrations
    ADD COLUMN note_format smallint NOT NULL DEFAULT 1 CHECK (note_format IN (1, 2));
COMMENT ON COLUMN ghexport.integrations.note_format IS 'The layout of notes that are rendered from now on. What was rendered keeps its own, which bodies.note_format tells.';

-- +goose Down
ALTER TABLE ghexport.integrations DROP COLUMN note_format;

-- Links into the console that were made here, so that they can be listed, and ended before somebody opens them. An older binary makes
-- links that are not listed; that one was ended it knows, since an ended link counts as opened. And addresses whose dots are wide, as
-- East Asian keyboards write them, or which end as in a list, are the addresses that they mean.

-- +goose Up
CREATE TABLE ghexport.made_links (
    digest     bytea PRIMARY KEY CHECK (octet_length(digest) = 32),
    org_id     text NOT NULL,
    who        text NOT NULL,
    made_by    text NOT NULL,
    made_at    timestamptz NOT NULL,
    expires_at timestamptz NOT NULL
);
CREATE INDEX made_links_by_expiry ON ghexport.made_links (expires_at);
COMMENT ON TABLE ghexport.made_links IS 'Links for companies'' admins that the console or the command made and that nobody has opened. A row goes when its link is opened, ended or has expired. Links that the product makes by itself are not known before they are opened.';
COMMENT ON COLUMN ghexport.made_links.digest IS 'SHA-256 of what the link''s signature covers: who reads this table cannot use it.';
COMMENT ON COLUMN ghexport.made_links.org_id IS 'The company that it opens.';
COMMENT ON COLUMN ghexport.made_links.who IS 'For whom it was made.';
COMMENT ON COLUMN ghexport.made_links.made_by IS 'Who made it.';
COMMENT ON COLUMN ghexport.made_links.made_at IS 'When.';
COMMENT ON COLUMN ghexport.made_links.expires_at IS 'Until when it opens.';
COMMENT ON TABLE ghexport.console_links IS 'Links of companies'' admins that were opened, so that each opens once, and those that were ended before, so that none opens. A row goes once its link has expired.';
COMMENT ON COLUMN ghexport.console_links.opened_at IS 'When it was opened, or ended.';

-- +goose StatementBegin
CREATE OR REPLACE FUNCTION ghexport.email(word text) RETURNS text
LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    address text;
    at integer;
BEGIN
    IF char_length(word) > 1000 THEN
        RETURN NULL;
    END IF;
    address := regexp_replace(word, E'^[ \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d159\U0001d173-\U0001d17a\U000e0000-\U000e0fff]+|[ \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d159\U0001d173-\U0001d17a\U000e0000-\U000e0fff]+$', '', 'g');
    at := position('@' IN address);
    address := rtrim(left(address, at) || translate(substr(address, at + 1), E'\u3002\uff0e\uff61', '...'), '.,;');
    IF char_length(address) > 254
       OR address ~ '^[Mm][Aa][Ii][Ll][Tt][Oo]:'
       OR address !~ E'^[^@<>\u0001-\u001f\u007f-\u009f \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d159\U0001d173-\U0001d17a\U000e0000-\U000e0fff]+@[^@<>\u0001-\u001f\u007f-\u009f \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d159\U0001d173-\U0001d17a\U000e0000-\U000e0fff]+$' THEN
        RETURN NULL;
    END IF;
    RETURN normalize(address, NFC);
END
$$;
-- +goose StatementEnd
COMMENT ON FUNCTION ghexport.email(text) IS 'An email address in its canonical form, letter case kept: without white space and invisible characters at its ends, without dots, commas and semicolons behind the domain, whose wide dots (U+3002, U+FF0E, U+FF61) are dots, in Unicode''s composed form; null for what is none: one @ with something on both sides, nothing invisible and no white space inside, no angle brackets, no mailto:, at most 254 characters.';

-- +goose Down
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION ghexport.email(word text) RETURNS text
LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    address text;
BEGIN
    IF char_length(word) > 1000 THEN
        RETURN NULL;
    END IF;
    address := rtrim(regexp_replace(word, E'^[ \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d159\U0001d173-\U0001d17a\U000e0000-\U000e0fff]+|[ \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d159\U0001d173-\U0001d17a\U000e0000-\U000e0fff]+$', '', 'g'), '.');
    IF char_length(address) > 254
       OR address ~ '^[Mm][Aa][Ii][Ll][Tt][Oo]:'
       OR address !~ E'^[^@<>\u0001-\u001f\u007f-\u009f \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d159\U0001d173-\U0001d17a\U000e0000-\U000e0fff]+@[^@<>\u0001-\u001f\u007f-\u009f \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d159\U0001d173-\U0001d17a\U000e0000-\U000e0fff]+$' THEN
        RETURN NULL;
    END IF;
    RETURN normalize(address, NFC);
END
$$;
-- +goose StatementEnd
COMMENT ON FUNCTION ghexport.email(text) IS 'An email address in its canonical form, letter case kept: without white space and invisible characters at its ends, without dots behind the domain, in Unicode''s composed form; null for what is none: one @ with something on both sides, nothing invisible and no white space inside, no angle brackets, no mailto:, at most 254 characters.';
DROP TABLE ghexport.made_links;
COMMENT ON TABLE ghexport.console_links IS 'Links of companies'' admins that were opened, so that each opens once. A row goes once its link has expired.';
COMMENT ON COLUMN ghexport.console_links.opened_at IS 'When.';

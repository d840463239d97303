-- +goose Up
-- One person, one spelling: an email's canonical form, what a name is that only looks empty, and wrong types called wrong types.
-- Package jobs states the same in Go (Email, Invisible), with the same words; its tests hold the two together. Messages that were taken
-- before are read by the new rules when they are folded.

-- +goose StatementBegin
CREATE FUNCTION ghexport.seen(word text) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    RETURN word ~ E'[^ \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d159\U0001d173-\U0001d17a\U000e0000-\U000e0fff]';
END
$$;
-- +goose StatementEnd
COMMENT ON FUNCTION ghexport.seen(text) IS 'Whether a text holds anything that can be seen: more than white space and the characters that show nothing (Unicode''s Default_Ignorable_Code_Point, the blank Braille pattern, the null notehead, the anchors of annotations).';

-- +goose StatementBegin
CREATE FUNCTION ghexport.email(word text) RETURNS text
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

-- +goose StatementBegin
CREATE FUNCTION ghexport.type_error(field text, want text, value jsonb) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    RETURN ghexport.field_error(field, 'must be ' || want || ', not ' || CASE jsonb_typeof(value)
        WHEN 'string' THEN 'a string'
        WHEN 'number' THEN 'a number'
        WHEN 'boolean' THEN 'a boolean'
        WHEN 'array' THEN 'a list'
        WHEN 'object' THEN 'an object'
        ELSE 'null'
    END);
END
$$;
-- +goose StatementEnd
COMMENT ON FUNCTION ghexport.type_error(text, text, jsonb) IS 'The finding that a value is of another type than its field has, whatever is in it: "7" is a string.';

REVOKE EXECUTE ON FUNCTION ghexport.seen(text), ghexport.email(text), ghexport.type_error(text, text, jsonb) FROM PUBLIC;

COMMENT ON COLUMN ghexport.exports.email_digest IS 'HMAC of the canonical email in lower case, its domain as an A-label, likewise.';

-- +goose StatementBegin
CREATE OR REPLACE FUNCTION ghexport.id_errors(field text, value jsonb) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    word text := value #>> '{}';
BEGIN
    IF ghexport.absent(value) THEN
        RETURN ghexport.field_error(field, 'is required');
    ELSIF jsonb_typeof(value) <> 'string' THEN
        RETURN ghexport.type_error(field, 'a string', value);
    ELSIF char_length(word) NOT BETWEEN 1 AND 200 THEN
        RETURN ghexport.field_error(field, 'must be 1 to 200 characters');
    ELSIF word ~ E'[\u0001-\u001f\u007f-\u009f]' THEN
        RETURN ghexport.field_error(field, 'must not contain control characters');
    ELSIF ghexport.trimmed(word) <> word THEN
        RETURN ghexport.field_error(field, 'must not begin or end with white space');
    END IF;
    RETURN '[]';
END
$$;
-- +goose StatementEnd
COMMENT ON FUNCTION ghexport.id_errors(text, jsonb) IS 'An id, required: 1 to 200 characters (code points), no control characters, no white space at its ends.';

-- +goose StatementBegin
CREATE OR REPLACE FUNCTION ghexport.line_errors(field text, value jsonb, most integer) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    word text := value #>> '{}';
BEGIN
    IF ghexport.absent(value) THEN
        RETURN '[]';
    ELSIF jsonb_typeof(value) <> 'string' THEN
        RETURN ghexport.type_error(field, 'a string', value);
    ELSIF char_length(word) > most THEN
        RETURN ghexport.field_error(field, 'must be at most ' || most || ' characters');
    ELSIF word ~ E'[\u0001-\u001f\u007f-\u009f]' THEN
        RETURN ghexport.field_error(field, 'must not contain control characters');
    END IF;
    RETURN '[]';
END
$$;
-- +goose StatementEnd
COMMENT ON FUNCTION ghexport.line_errors(text, jsonb, integer) IS 'One line of text, optional: at most so many characters (code points), no control characters. Blank means absent.';

-- +goose StatementBegin
CREATE OR REPLACE FUNCTION ghexport.email_errors(field text, value jsonb) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    IF NOT ghexport.given(value) THEN
        RETURN '[]';
    ELSIF jsonb_typeof(value) <> 'string' THEN
        RETURN ghexport.type_error(field, 'a string', value);
    ELSIF ghexport.email(value #>> '{}') IS NULL THEN
        RETURN ghexport.field_error(field, 'must be an email address');
    END IF;
    RETURN '[]';
END
$$;
-- +goose StatementEnd
COMMENT ON FUNCTION ghexport.email_errors(text, jsonb) IS 'An email address, optional, as ghexport.email takes it; what shows nothing means absent. Whether it exists is Greenhouse''s to say.';

-- +goose StatementBegin
CREATE OR REPLACE FUNCTION ghexport.text_errors(field text, value jsonb) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    IF ghexport.absent(value) OR jsonb_typeof(value) = 'string' THEN
        RETURN '[]';
    END IF;
    RETURN ghexport.type_error(field, 'a string', value);
END
$$;
-- +goose StatementEnd
COMMENT ON FUNCTION ghexport.text_errors(text, jsonb) IS 'Any text, optional.';

-- +goose StatementBegin
CREATE OR REPLACE FUNCTION ghexport.flag_errors(field text, value jsonb) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    IF ghexport.absent(value) OR jsonb_typeof(value) = 'boolean' THEN
        RETURN '[]';
    END IF;
    RETURN ghexport.type_error(field, 'true, false or null', value);
END
$$;
-- +goose StatementEnd
COMMENT ON FUNCTION ghexport.flag_errors(text, jsonb) IS 'True, false or not answered.';

-- +goose StatementBegin
CREATE OR REPLACE FUNCTION ghexport.whole_errors(field text, value jsonb, lowest bigint, highest bigint, required boolean) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    n numeric;
BEGIN
    IF ghexport.absent(value) THEN
        IF required THEN
            RETURN ghexport.field_error(field, 'is required');
        END IF;
        RETURN '[]';
    END IF;
    IF jsonb_typeof(value) <> 'number' THEN
        RETURN ghexport.type_error(field, 'a number', value);
    END IF;
    n := value::numeric;
    IF n BETWEEN lowest AND highest AND n = trunc(n) THEN
        RETURN '[]';
    END IF;
    IF lowest = highest THEN
        RETURN ghexport.field_error(field, 'must be ' || lowest);
    END IF;
    RETURN ghexport.field_error(field, 'must be a whole number from ' || lowest || ' to ' || highest);
END
$$;
-- +goose StatementEnd
COMMENT ON FUNCTION ghexport.whole_errors(text, jsonb, bigint, bigint, boolean) IS 'A whole number within bounds, however it is written: 3, 3.0 and 3e0 are the same.';

-- +goose StatementBegin
CREATE OR REPLACE FUNCTION ghexport.time_errors(field text, value jsonb) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    word text := value #>> '{}';
    year integer;
    month integer;
BEGIN
    IF ghexport.absent(value) THEN
        RETURN ghexport.field_error(field, 'is required');
    ELSIF jsonb_typeof(value) <> 'string' THEN
        RETURN ghexport.type_error(field, 'a string', value);
    ELSIF word ~ '^(19[7-9][0-9]|[2-9][0-9]{3})-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]([.][0-9]{1,9})?(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])$' THEN
        year := substr(word, 1, 4)::integer;
        month := substr(word, 6, 2)::integer;
        IF substr(word, 9, 2)::integer <= (CASE
            WHEN month IN (4, 6, 9, 11) THEN 30
            WHEN month <> 2 THEN 31
            WHEN year % 4 = 0 AND (year % 100 <> 0 OR year % 400 = 0) THEN 29
            ELSE 28
        END) THEN
            RETURN '[]';
        END IF;
    END IF;
    RETURN ghexport.field_error(field, 'must be an RFC 3339 time with its offset, in the years 1970 to 9999, such as 2017-09-28T17:00:00Z');
END
$$;
-- +goose StatementEnd
COMMENT ON FUNCTION ghexport.time_errors(text, jsonb) IS 'An RFC 3339 time, required: capital T and Z, an offset, a day that exists, no leap second, at most nine digits of a second.';

-- +goose StatementBegin
CREATE OR REPLACE FUNCTION ghexport.zone_errors(field text, value jsonb) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF ghexport.absent(value) THEN
        RETURN '[]';
    ELSIF jsonb_typeof(value) <> 'string' THEN
        RETURN ghexport.type_error(field, 'a string', value);
    ELSIF EXISTS (SELECT FROM ghexport.time_zones z WHERE z.name = value #>> '{}') THEN
        RETURN '[]';
    END IF;
    RETURN ghexport.field_error(field, 'must be an IANA time zone such as America/Los_Angeles');
END
$$;
-- +goose StatementEnd
COMMENT ON FUNCTION ghexport.zone_errors(text, jsonb) IS 'A name from ghexport.time_zones, optional.';

-- +goose StatementBegin
CREATE OR REPLACE FUNCTION ghexport.interviewer_errors(object jsonb) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    IF ghexport.absent(object) THEN
        RETURN '[]';
    ELSIF jsonb_typeof(object) <> 'object' THEN
        RETURN ghexport.type_error('interviewer', 'an object', object);
    END IF;
    RETURN ghexport.line_errors('interviewer.name', object -> 'name', 500)
        || ghexport.email_errors('interviewer.email', object -> 'email')
        || ghexport.unknown_errors('interviewer.', object, '{name,email}');
END
$$;
-- +goose StatementEnd
COMMENT ON FUNCTION ghexport.interviewer_errors(jsonb) IS 'Findings about the interviewer, who may be left out.';

-- +goose StatementBegin
CREATE OR REPLACE FUNCTION ghexport.given(value jsonb) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    RETURN NOT ghexport.absent(value) AND ghexport.seen(value #>> '{}');
END
$$;
-- +goose StatementEnd
COMMENT ON FUNCTION ghexport.given(jsonb) IS 'Whether a text holds anything that can be seen, see ghexport.seen. A value of another type counts as given: its own finding says enough.';

-- +goose StatementBegin
CREATE OR REPLACE FUNCTION ghexport.candidate_errors(object jsonb, both_yes boolean) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    person jsonb := CASE WHEN ghexport.absent(object) THEN '{}' ELSE object END;
    missing_name jsonb := '[]';
    missing_email jsonb := '[]';
BEGIN
    IF jsonb_typeof(person) <> 'object' THEN
        RETURN ghexport.type_error('candidate', 'an object', person);
    END IF;
    IF both_yes THEN
        IF NOT (ghexport.given(person -> 'full_name')
                OR (ghexport.given(person -> 'first_name') AND ghexport.given(person -> 'last_name'))) THEN
            missing_name := ghexport.field_error('candidate.full_name', 'is required once both decisions are true, or first_name and last_name');
        END IF;
        IF NOT ghexport.given(person -> 'email') THEN
            missing_email := ghexport.field_error('candidate.email', 'is required once both decisions are true');
        END IF;
    END IF;
    RETURN ghexport.id_errors('candidate.id', person -> 'id')
        || missing_name
        || ghexport.line_errors('candidate.full_name', person -> 'full_name', 500)
        || ghexport.line_errors('candidate.first_name', person -> 'first_name', 500)
        || ghexport.line_errors('candidate.last_name', person -> 'last_name', 500)
        || missing_email
        || ghexport.email_errors('candidate.email', person -> 'email')
        || ghexport.text_errors('candidate.linkedin', person -> 'linkedin')
        || ghexport.unknown_errors('candidate.', person, '{id,full_name,first_name,last_name,email,linkedin}');
END
$$;
-- +goose StatementEnd
COMMENT ON FUNCTION ghexport.candidate_errors(jsonb, boolean) IS 'Findings about the candidate: an id always, name and email once both decisions are true.';

-- +goose StatementBegin
CREATE OR REPLACE FUNCTION ghexport.scores_errors(object jsonb) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    IF ghexport.absent(object) THEN
        RETURN '[]';
    ELSIF jsonb_typeof(object) <> 'object' THEN
        RETURN ghexport.type_error('scores', 'an object', object);
    END IF;
    RETURN ghexport.whole_errors('scores.technical_skills', object -> 'technical_skills', 1, 4, false)
        || ghexport.whole_errors('scores.communication_skills', object -> 'communication_skills', 1, 4, false)
        || ghexport.whole_errors('scores.problem_solving_ability', object -> 'problem_solving_ability', 1, 4, false)
        || ghexport.unknown_errors('scores.', object, '{technical_skills,communication_skills,problem_solving_ability}');
END
$$;
-- +goose StatementEnd
COMMENT ON FUNCTION ghexport.scores_errors(jsonb) IS 'Findings about the scores, each of which may be left out.';

-- +goose StatementBegin
CREATE OR REPLACE FUNCTION ghexport.findings(message jsonb) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
DECLARE
    both_yes boolean;
BEGIN
    IF message IS NULL OR jsonb_typeof(message) <> 'object' THEN
        RETURN ghexport.type_error('message', 'a JSON object', message);
    ELSIF ghexport.too_long(message) THEN
        RETURN ghexport.field_error('message', 'must be at most 262144 bytes');
    END IF;
    both_yes := coalesce(message -> 'interviewer_advances' = 'true' AND message -> 'candidate_continues' = 'true', false);
    RETURN ghexport.whole_errors('schema_version', message -> 'schema_version', 1, 1, true)
        || ghexport.id_errors('org_id', message -> 'org_id')
        || ghexport.id_errors('interview_id', message -> 'interview_id')
        || ghexport.whole_errors('version', message -> 'version', 0, 9007199254740991, true)
        || ghexport.time_errors('interviewed_at', message -> 'interviewed_at')
        || ghexport.zone_errors('time_zone', message -> 'time_zone')
        || ghexport.interviewer_errors(message -> 'interviewer')
        || ghexport.flag_errors('interviewer_advances', message -> 'interviewer_advances')
        || ghexport.flag_errors('candidate_continues', message -> 'candidate_continues')
        || ghexport.candidate_errors(message -> 'candidate', both_yes)
        || ghexport.scores_errors(message -> 'scores')
        || ghexport.text_errors('freeform_feedback', message -> 'freeform_feedback')
        || ghexport.flag_errors('practice', message -> 'practice')
        || ghexport.line_errors('job', message -> 'job', 200)
        || ghexport.line_errors('traceparent', message -> 'traceparent', 200)
        || ghexport.unknown_errors('', message, '{schema_version,org_id,interview_id,version,interviewed_at,time_zone,interviewer,interviewer_advances,candidate_continues,candidate,scores,freeform_feedback,practice,job,traceparent}');
END
$$;
-- +goose StatementEnd
COMMENT ON FUNCTION ghexport.findings(jsonb) IS 'Everything that is wrong with a message, in the contract''s order: [{"field", "message"}], empty when it is good. A message that is too long, or no object, is looked at no further.';

-- +goose Down
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION ghexport.id_errors(field text, value jsonb) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    word text := value #>> '{}';
BEGIN
    IF ghexport.absent(value) THEN
        RETURN ghexport.field_error(field, 'is required');
    ELSIF jsonb_typeof(value) <> 'string' THEN
        RETURN ghexport.field_error(field, 'must be a string');
    ELSIF char_length(word) NOT BETWEEN 1 AND 200 THEN
        RETURN ghexport.field_error(field, 'must be 1 to 200 characters');
    ELSIF word ~ E'[\u0001-\u001f\u007f-\u009f]' THEN
        RETURN ghexport.field_error(field, 'must not contain control characters');
    ELSIF ghexport.trimmed(word) <> word THEN
        RETURN ghexport.field_error(field, 'must not begin or end with white space');
    END IF;
    RETURN '[]';
END
$$;
-- +goose StatementEnd
COMMENT ON FUNCTION ghexport.id_errors(text, jsonb) IS 'An id, required: 1 to 200 characters (code points), no control characters, no white space at its ends.';

-- +goose StatementBegin
CREATE OR REPLACE FUNCTION ghexport.line_errors(field text, value jsonb, most integer) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    word text := value #>> '{}';
BEGIN
    IF ghexport.absent(value) THEN
        RETURN '[]';
    ELSIF jsonb_typeof(value) <> 'string' THEN
        RETURN ghexport.field_error(field, 'must be a string');
    ELSIF char_length(word) > most THEN
        RETURN ghexport.field_error(field, 'must be at most ' || most || ' characters');
    ELSIF word ~ E'[\u0001-\u001f\u007f-\u009f]' THEN
        RETURN ghexport.field_error(field, 'must not contain control characters');
    END IF;
    RETURN '[]';
END
$$;
-- +goose StatementEnd
COMMENT ON FUNCTION ghexport.line_errors(text, jsonb, integer) IS 'One line of text, optional: at most so many characters (code points), no control characters. Blank means absent.';

-- +goose StatementBegin
CREATE OR REPLACE FUNCTION ghexport.email_errors(field text, value jsonb) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    word text;
BEGIN
    IF ghexport.absent(value) THEN
        RETURN '[]';
    ELSIF jsonb_typeof(value) <> 'string' THEN
        RETURN ghexport.field_error(field, 'must be a string');
    END IF;
    word := ghexport.trimmed(value #>> '{}');
    IF word = '' THEN
        RETURN '[]';
    ELSIF char_length(word) > 254
       OR word !~ E'^[^@\u0001-\u0020\u007f-\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+@[^@\u0001-\u0020\u007f-\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+$' THEN
        RETURN ghexport.field_error(field, 'must be an email address');
    END IF;
    RETURN '[]';
END
$$;
-- +goose StatementEnd
COMMENT ON FUNCTION ghexport.email_errors(text, jsonb) IS 'An email address, optional: one @ with something on both sides, no white space within, at most 254 characters. White space around it does no harm; blank means absent. Whether it exists is Greenhouse''s to say.';

-- +goose StatementBegin
CREATE OR REPLACE FUNCTION ghexport.text_errors(field text, value jsonb) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    IF ghexport.absent(value) OR jsonb_typeof(value) = 'string' THEN
        RETURN '[]';
    END IF;
    RETURN ghexport.field_error(field, 'must be a string');
END
$$;
-- +goose StatementEnd
COMMENT ON FUNCTION ghexport.text_errors(text, jsonb) IS 'Any text, optional.';

-- +goose StatementBegin
CREATE OR REPLACE FUNCTION ghexport.flag_errors(field text, value jsonb) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    IF ghexport.absent(value) OR jsonb_typeof(value) = 'boolean' THEN
        RETURN '[]';
    END IF;
    RETURN ghexport.field_error(field, 'must be true, false or null');
END
$$;
-- +goose StatementEnd
COMMENT ON FUNCTION ghexport.flag_errors(text, jsonb) IS 'True, false or not answered.';

-- +goose StatementBegin
CREATE OR REPLACE FUNCTION ghexport.whole_errors(field text, value jsonb, lowest bigint, highest bigint, required boolean) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    n numeric;
BEGIN
    IF ghexport.absent(value) THEN
        IF required THEN
            RETURN ghexport.field_error(field, 'is required');
        END IF;
        RETURN '[]';
    END IF;
    IF jsonb_typeof(value) = 'number' THEN
        n := value::numeric;
        IF n BETWEEN lowest AND highest AND n = trunc(n) THEN
            RETURN '[]';
        END IF;
    END IF;
    IF lowest = highest THEN
        RETURN ghexport.field_error(field, 'must be ' || lowest);
    END IF;
    RETURN ghexport.field_error(field, 'must be a whole number from ' || lowest || ' to ' || highest);
END
$$;
-- +goose StatementEnd
COMMENT ON FUNCTION ghexport.whole_errors(text, jsonb, bigint, bigint, boolean) IS 'A whole number within bounds, however it is written: 3, 3.0 and 3e0 are the same.';

-- +goose StatementBegin
CREATE OR REPLACE FUNCTION ghexport.time_errors(field text, value jsonb) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    word text := value #>> '{}';
    year integer;
    month integer;
BEGIN
    IF ghexport.absent(value) THEN
        RETURN ghexport.field_error(field, 'is required');
    ELSIF jsonb_typeof(value) <> 'string' THEN
        RETURN ghexport.field_error(field, 'must be a string');
    ELSIF word ~ '^(19[7-9][0-9]|[2-9][0-9]{3})-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]([.][0-9]{1,9})?(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])$' THEN
        year := substr(word, 1, 4)::integer;
        month := substr(word, 6, 2)::integer;
        IF substr(word, 9, 2)::integer <= (CASE
            WHEN month IN (4, 6, 9, 11) THEN 30
            WHEN month <> 2 THEN 31
            WHEN year % 4 = 0 AND (year % 100 <> 0 OR year % 400 = 0) THEN 29
            ELSE 28
        END) THEN
            RETURN '[]';
        END IF;
    END IF;
    RETURN ghexport.field_error(field, 'must be an RFC 3339 time with its offset, in the years 1970 to 9999, such as 2017-09-28T17:00:00Z');
END
$$;
-- +goose StatementEnd
COMMENT ON FUNCTION ghexport.time_errors(text, jsonb) IS 'An RFC 3339 time, required: capital T and Z, an offset, a day that exists, no leap second, at most nine digits of a second.';

-- +goose StatementBegin
CREATE OR REPLACE FUNCTION ghexport.zone_errors(field text, value jsonb) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF ghexport.absent(value) THEN
        RETURN '[]';
    ELSIF jsonb_typeof(value) <> 'string' THEN
        RETURN ghexport.field_error(field, 'must be a string');
    ELSIF EXISTS (SELECT FROM ghexport.time_zones z WHERE z.name = value #>> '{}') THEN
        RETURN '[]';
    END IF;
    RETURN ghexport.field_error(field, 'must be an IANA time zone such as America/Los_Angeles');
END
$$;
-- +goose StatementEnd
COMMENT ON FUNCTION ghexport.zone_errors(text, jsonb) IS 'A name from ghexport.time_zones, optional.';

-- +goose StatementBegin
CREATE OR REPLACE FUNCTION ghexport.interviewer_errors(object jsonb) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    IF ghexport.absent(object) THEN
        RETURN '[]';
    ELSIF jsonb_typeof(object) <> 'object' THEN
        RETURN ghexport.field_error('interviewer', 'must be an object');
    END IF;
    RETURN ghexport.line_errors('interviewer.name', object -> 'name', 500)
        || ghexport.email_errors('interviewer.email', object -> 'email')
        || ghexport.unknown_errors('interviewer.', object, '{name,email}');
END
$$;
-- +goose StatementEnd
COMMENT ON FUNCTION ghexport.interviewer_errors(jsonb) IS 'Findings about the interviewer, who may be left out.';

-- +goose StatementBegin
CREATE OR REPLACE FUNCTION ghexport.given(value jsonb) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    RETURN NOT ghexport.absent(value) AND ghexport.trimmed(value #>> '{}') <> '';
END
$$;
-- +goose StatementEnd
COMMENT ON FUNCTION ghexport.given(jsonb) IS 'Whether a text holds more than white space. A value of another type counts as given: its own finding says enough.';

-- +goose StatementBegin
CREATE OR REPLACE FUNCTION ghexport.candidate_errors(object jsonb, both_yes boolean) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    person jsonb := CASE WHEN ghexport.absent(object) THEN '{}' ELSE object END;
    missing_name jsonb := '[]';
    missing_email jsonb := '[]';
BEGIN
    IF jsonb_typeof(person) <> 'object' THEN
        RETURN ghexport.field_error('candidate', 'must be an object');
    END IF;
    IF both_yes THEN
        IF NOT (ghexport.given(person -> 'full_name')
                OR (ghexport.given(person -> 'first_name') AND ghexport.given(person -> 'last_name'))) THEN
            missing_name := ghexport.field_error('candidate.full_name', 'is required once both decisions are true, or first_name and last_name');
        END IF;
        IF NOT ghexport.given(person -> 'email') THEN
            missing_email := ghexport.field_error('candidate.email', 'is required once both decisions are true');
        END IF;
    END IF;
    RETURN ghexport.id_errors('candidate.id', person -> 'id')
        || missing_name
        || ghexport.line_errors('candidate.full_name', person -> 'full_name', 500)
        || ghexport.line_errors('candidate.first_name', person -> 'first_name', 500)
        || ghexport.line_errors('candidate.last_name', person -> 'last_name', 500)
        || missing_email
        || ghexport.email_errors('candidate.email', person -> 'email')
        || ghexport.text_errors('candidate.linkedin', person -> 'linkedin')
        || ghexport.unknown_errors('candidate.', person, '{id,full_name,first_name,last_name,email,linkedin}');
END
$$;
-- +goose StatementEnd
COMMENT ON FUNCTION ghexport.candidate_errors(jsonb, boolean) IS 'Findings about the candidate: an id always, name and email once both decisions are true.';

-- +goose StatementBegin
CREATE OR REPLACE FUNCTION ghexport.scores_errors(object jsonb) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    IF ghexport.absent(object) THEN
        RETURN '[]';
    ELSIF jsonb_typeof(object) <> 'object' THEN
        RETURN ghexport.field_error('scores', 'must be an object');
    END IF;
    RETURN ghexport.whole_errors('scores.technical_skills', object -> 'technical_skills', 1, 4, false)
        || ghexport.whole_errors('scores.communication_skills', object -> 'communication_skills', 1, 4, false)
        || ghexport.whole_errors('scores.problem_solving_ability', object -> 'problem_solving_ability', 1, 4, false)
        || ghexport.unknown_errors('scores.', object, '{technical_skills,communication_skills,problem_solving_ability}');
END
$$;
-- +goose StatementEnd
COMMENT ON FUNCTION ghexport.scores_errors(jsonb) IS 'Findings about the scores, each of which may be left out.';

-- +goose StatementBegin
CREATE OR REPLACE FUNCTION ghexport.findings(message jsonb) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
DECLARE
    both_yes boolean;
BEGIN
    IF message IS NULL OR jsonb_typeof(message) <> 'object' THEN
        RETURN ghexport.field_error('message', 'must be a JSON object');
    ELSIF ghexport.too_long(message) THEN
        RETURN ghexport.field_error('message', 'must be at most 262144 bytes');
    END IF;
    both_yes := coalesce(message -> 'interviewer_advances' = 'true' AND message -> 'candidate_continues' = 'true', false);
    RETURN ghexport.whole_errors('schema_version', message -> 'schema_version', 1, 1, true)
        || ghexport.id_errors('org_id', message -> 'org_id')
        || ghexport.id_errors('interview_id', message -> 'interview_id')
        || ghexport.whole_errors('version', message -> 'version', 0, 9007199254740991, true)
        || ghexport.time_errors('interviewed_at', message -> 'interviewed_at')
        || ghexport.zone_errors('time_zone', message -> 'time_zone')
        || ghexport.interviewer_errors(message -> 'interviewer')
        || ghexport.flag_errors('interviewer_advances', message -> 'interviewer_advances')
        || ghexport.flag_errors('candidate_continues', message -> 'candidate_continues')
        || ghexport.candidate_errors(message -> 'candidate', both_yes)
        || ghexport.scores_errors(message -> 'scores')
        || ghexport.text_errors('freeform_feedback', message -> 'freeform_feedback')
        || ghexport.flag_errors('practice', message -> 'practice')
        || ghexport.line_errors('job', message -> 'job', 200)
        || ghexport.line_errors('traceparent', message -> 'traceparent', 200)
        || ghexport.unknown_errors('', message, '{schema_version,org_id,interview_id,version,interviewed_at,time_zone,interviewer,interviewer_advances,candidate_continues,candidate,scores,freeform_feedback,practice,job,traceparent}');
END
$$;
-- +goose StatementEnd
COMMENT ON FUNCTION ghexport.findings(jsonb) IS 'Everything that is wrong with a message, in the contract''s order: [{"field", "message"}], empty when it is good. A message that is too long, or no object, is looked at no further.';

DROP FUNCTION ghexport.type_error(text, text, jsonb);
DROP FUNCTION ghexport.email(text);
DROP FUNCTION ghexport.seen(text);
COMMENT ON COLUMN ghexport.exports.email_digest IS 'HMAC of the trimmed, lower-cased email, likewise.';

-- What a message must be, and how it is handed over. Made of the service's schema by go test ./migrations -run Producer -update; not to be
-- changed by hand.

-- +goose Up
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION ghexport.absent(value jsonb)
 RETURNS boolean
 LANGUAGE sql
 IMMUTABLE
AS $function$
    SELECT value IS NULL OR value = 'null'
$function$;
-- +goose StatementEnd
COMMENT ON FUNCTION ghexport.absent(value jsonb) IS 'Whether a field is left out or null, which mean the same everywhere.';

-- +goose StatementBegin
CREATE OR REPLACE FUNCTION ghexport.candidate_errors(object jsonb, both_yes boolean)
 RETURNS jsonb
 LANGUAGE plpgsql
 IMMUTABLE
AS $function$
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
$function$;
-- +goose StatementEnd
COMMENT ON FUNCTION ghexport.candidate_errors(object jsonb, both_yes boolean) IS 'Findings about the candidate: an id always, name and email once both decisions are true.';

-- +goose StatementBegin
CREATE OR REPLACE FUNCTION ghexport.email(word text)
 RETURNS text
 LANGUAGE plpgsql
 IMMUTABLE
AS $function$
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
$function$;
-- +goose StatementEnd
COMMENT ON FUNCTION ghexport.email(word text) IS 'An email address in its canonical form, letter case kept: without white space and invisible characters at its ends, without dots, commas and semicolons behind the domain, whose wide dots (U+3002, U+FF0E, U+FF61) are dots, in Unicode''s composed form; null for what is none: one @ with something on both sides, nothing invisible and no white space inside, no angle brackets, no mailto:, at most 254 characters.';

-- +goose StatementBegin
CREATE OR REPLACE FUNCTION ghexport.email_errors(field text, value jsonb)
 RETURNS jsonb
 LANGUAGE plpgsql
 IMMUTABLE
AS $function$
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
$function$;
-- +goose StatementEnd
COMMENT ON FUNCTION ghexport.email_errors(field text, value jsonb) IS 'An email address, optional, as ghexport.email takes it; what shows nothing means absent. Whether it exists is Greenhouse''s to say.';

-- +goose StatementBegin
CREATE OR REPLACE FUNCTION ghexport.enqueue(result jsonb)
 RETURNS bigint
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
DECLARE
    errors jsonb := ghexport.findings(result);
    message_id bigint;
BEGIN
    IF errors <> '[]' THEN
        RAISE EXCEPTION USING
            ERRCODE = 'invalid_parameter_value', -- 22023
            MESSAGE = 'interview result refused: ' || (
                SELECT string_agg((e.value ->> 'field') || ': ' || (e.value ->> 'message'), '; ' ORDER BY e.n)
                  FROM jsonb_array_elements(errors) WITH ORDINALITY AS e(value, n)),
            HINT = 'ghexport.validate(jsonb) says the same without raising.';
    END IF;
    INSERT INTO ghexport.outbox (org_id, interview_id, version, schema_version, message)
    VALUES (result ->> 'org_id', result ->> 'interview_id', (result -> 'version')::bigint,
            (result -> 'schema_version')::integer, result)
    RETURNING id INTO message_id;
    PERFORM ghexport.wake(); -- after the INSERT, which gave this transaction its id
    RETURN message_id;
END
$function$;
-- +goose StatementEnd
COMMENT ON FUNCTION ghexport.enqueue(result jsonb) IS 'Hands an interview''s result over, in the caller''s transaction: one INSERT, which waits for nothing, and returns its id in the outbox. Refuses with SQLSTATE 22023 and one message that names every wrong field, never a value. Lock the interview''s row, raise version and build the result in that same transaction.';

-- +goose StatementBegin
CREATE OR REPLACE FUNCTION ghexport.field_error(field text, message text)
 RETURNS jsonb
 LANGUAGE plpgsql
 IMMUTABLE
AS $function$
BEGIN
    RETURN jsonb_build_array(jsonb_build_object('field', field, 'message', message));
END
$function$;
-- +goose StatementEnd
COMMENT ON FUNCTION ghexport.field_error(field text, message text) IS 'A list of one finding. Messages name the rule, never the value.';

-- +goose StatementBegin
CREATE OR REPLACE FUNCTION ghexport.findings(message jsonb)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE
AS $function$
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
$function$;
-- +goose StatementEnd
COMMENT ON FUNCTION ghexport.findings(message jsonb) IS 'Everything that is wrong with a message, in the contract''s order: [{"field", "message"}], empty when it is good. A message that is too long, or no object, is looked at no further.';

-- +goose StatementBegin
CREATE OR REPLACE FUNCTION ghexport.flag_errors(field text, value jsonb)
 RETURNS jsonb
 LANGUAGE plpgsql
 IMMUTABLE
AS $function$
BEGIN
    IF ghexport.absent(value) OR jsonb_typeof(value) = 'boolean' THEN
        RETURN '[]';
    END IF;
    RETURN ghexport.type_error(field, 'true, false or null', value);
END
$function$;
-- +goose StatementEnd
COMMENT ON FUNCTION ghexport.flag_errors(field text, value jsonb) IS 'True, false or not answered.';

-- +goose StatementBegin
CREATE OR REPLACE FUNCTION ghexport.given(value jsonb)
 RETURNS boolean
 LANGUAGE plpgsql
 IMMUTABLE
AS $function$
BEGIN
    RETURN NOT ghexport.absent(value) AND ghexport.seen(value #>> '{}');
END
$function$;
-- +goose StatementEnd
COMMENT ON FUNCTION ghexport.given(value jsonb) IS 'Whether a text holds anything that can be seen, see ghexport.seen. A value of another type counts as given: its own finding says enough.';

-- +goose StatementBegin
CREATE OR REPLACE FUNCTION ghexport.id_errors(field text, value jsonb)
 RETURNS jsonb
 LANGUAGE plpgsql
 IMMUTABLE
AS $function$
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
$function$;
-- +goose StatementEnd
COMMENT ON FUNCTION ghexport.id_errors(field text, value jsonb) IS 'An id, required: 1 to 200 characters (code points), no control characters, no white space at its ends.';

-- +goose StatementBegin
CREATE OR REPLACE FUNCTION ghexport.interviewer_errors(object jsonb)
 RETURNS jsonb
 LANGUAGE plpgsql
 IMMUTABLE
AS $function$
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
$function$;
-- +goose StatementEnd
COMMENT ON FUNCTION ghexport.interviewer_errors(object jsonb) IS 'Findings about the interviewer, who may be left out.';

-- +goose StatementBegin
CREATE OR REPLACE FUNCTION ghexport.line_errors(field text, value jsonb, most integer)
 RETURNS jsonb
 LANGUAGE plpgsql
 IMMUTABLE
AS $function$
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
$function$;
-- +goose StatementEnd
COMMENT ON FUNCTION ghexport.line_errors(field text, value jsonb, most integer) IS 'One line of text, optional: at most so many characters (code points), no control characters. Blank means absent.';

-- +goose StatementBegin
CREATE OR REPLACE FUNCTION ghexport.scores_errors(object jsonb)
 RETURNS jsonb
 LANGUAGE plpgsql
 IMMUTABLE
AS $function$
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
$function$;
-- +goose StatementEnd
COMMENT ON FUNCTION ghexport.scores_errors(object jsonb) IS 'Findings about the scores, each of which may be left out.';

-- +goose StatementBegin
CREATE OR REPLACE FUNCTION ghexport.seen(word text)
 RETURNS boolean
 LANGUAGE plpgsql
 IMMUTABLE
AS $function$
BEGIN
    RETURN word ~ E'[^ \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d159\U0001d173-\U0001d17a\U000e0000-\U000e0fff]';
END
$function$;
-- +goose StatementEnd
COMMENT ON FUNCTION ghexport.seen(word text) IS 'Whether a text holds anything that can be seen: more than white space and the characters that show nothing (Unicode''s Default_Ignorable_Code_Point, the blank Braille pattern, the null notehead, the anchors of annotations).';

-- +goose StatementBegin
CREATE OR REPLACE FUNCTION ghexport.text_errors(field text, value jsonb)
 RETURNS jsonb
 LANGUAGE plpgsql
 IMMUTABLE
AS $function$
BEGIN
    IF ghexport.absent(value) OR jsonb_typeof(value) = 'string' THEN
        RETURN '[]';
    END IF;
    RETURN ghexport.type_error(field, 'a string', value);
END
$function$;
-- +goose StatementEnd
COMMENT ON FUNCTION ghexport.text_errors(field text, value jsonb) IS 'Any text, optional.';

-- +goose StatementBegin
CREATE OR REPLACE FUNCTION ghexport.time_errors(field text, value jsonb)
 RETURNS jsonb
 LANGUAGE plpgsql
 IMMUTABLE
AS $function$
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
$function$;
-- +goose StatementEnd
COMMENT ON FUNCTION ghexport.time_errors(field text, value jsonb) IS 'An RFC 3339 time, required: capital T and Z, an offset, a day that exists, no leap second, at most nine digits of a second.';

-- +goose StatementBegin
CREATE OR REPLACE FUNCTION ghexport.too_long(message jsonb)
 RETURNS boolean
 LANGUAGE plpgsql
 IMMUTABLE
AS $function$
BEGIN
    RETURN octet_length(message::text) > 262144;
EXCEPTION
    -- Text beyond Postgres' own bound of 1 GB, which 100 kB reach that repeat 1e131071.
    WHEN program_limit_exceeded OR out_of_memory OR internal_error THEN
        RETURN true;
END
$function$;
-- +goose StatementEnd
COMMENT ON FUNCTION ghexport.too_long(message jsonb) IS 'Whether the message, as jsonb''s text in bytes, is more than 256 kB (262,144).';

-- +goose StatementBegin
CREATE OR REPLACE FUNCTION ghexport.trimmed(word text)
 RETURNS text
 LANGUAGE plpgsql
 IMMUTABLE
AS $function$
BEGIN
    RETURN btrim(word, E' \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000');
END
$function$;
-- +goose StatementEnd
COMMENT ON FUNCTION ghexport.trimmed(word text) IS 'Without the white space at its ends: Unicode''s White_Space, less the control characters, which are refused where this is asked.';

-- +goose StatementBegin
CREATE OR REPLACE FUNCTION ghexport.type_error(field text, want text, value jsonb)
 RETURNS jsonb
 LANGUAGE plpgsql
 IMMUTABLE
AS $function$
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
$function$;
-- +goose StatementEnd
COMMENT ON FUNCTION ghexport.type_error(field text, want text, value jsonb) IS 'The finding that a value is of another type than its field has, whatever is in it: "7" is a string.';

-- +goose StatementBegin
CREATE OR REPLACE FUNCTION ghexport.unknown_errors(prefix text, object jsonb, known text[])
 RETURNS jsonb
 LANGUAGE plpgsql
 IMMUTABLE
AS $function$
DECLARE
    rest jsonb := object - known;
BEGIN
    IF rest = '{}' THEN
        RETURN '[]';
    END IF;
    RETURN (SELECT jsonb_agg(jsonb_build_object('field', prefix || k.name, 'message', 'unknown field') ORDER BY k.n)
              FROM jsonb_object_keys(rest) WITH ORDINALITY AS k(name, n));
END
$function$;
-- +goose StatementEnd
COMMENT ON FUNCTION ghexport.unknown_errors(prefix text, object jsonb, known text[]) IS 'The fields of an object that the contract does not know, in jsonb''s order of keys.';

-- +goose StatementBegin
CREATE OR REPLACE FUNCTION ghexport.validate(result jsonb)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
DECLARE
    errors jsonb := ghexport.findings(result);
BEGIN
    IF errors <> '[]' THEN
        RETURN jsonb_build_object('errors', errors, 'would', NULL, 'because', 'it would be refused');
    END IF;
    RETURN jsonb_build_object('errors', errors) || ghexport.verdict(result);
END
$function$;
-- +goose StatementEnd
COMMENT ON FUNCTION ghexport.validate(result jsonb) IS 'Says what ghexport.enqueue would make of a result and raises nothing: {"errors": [{"field", "message"}], "would": "export" | "wait" | "never", "because"}. With errors, would is null.';

-- +goose StatementBegin
CREATE OR REPLACE FUNCTION ghexport.verdict(message jsonb)
 RETURNS jsonb
 LANGUAGE plpgsql
 IMMUTABLE
AS $function$
DECLARE
    advances boolean := (message ->> 'interviewer_advances')::boolean;
    continues boolean := (message ->> 'candidate_continues')::boolean;
    would text := 'never';
    because text;
BEGIN
    IF (message ->> 'practice')::boolean THEN
        because := 'practice interviews are never exported';
    ELSIF NOT advances THEN
        because := 'the interviewer would not advance the candidate';
    ELSIF NOT continues THEN
        because := 'the candidate does not want to continue';
    ELSIF advances AND continues THEN
        would := 'export';
        because := 'both said yes';
    ELSE
        would := 'wait';
        because := CASE
            WHEN advances THEN 'the candidate has not decided'
            WHEN continues THEN 'the interviewer has not decided'
            ELSE 'neither the interviewer nor the candidate has decided'
        END;
    END IF;
    RETURN jsonb_build_object('would', would, 'because', because);
END
$function$;
-- +goose StatementEnd
COMMENT ON FUNCTION ghexport.verdict(message jsonb) IS 'What a message without findings asks for, and why.';

-- +goose StatementBegin
CREATE OR REPLACE FUNCTION ghexport.wake()
 RETURNS void
 LANGUAGE plpgsql
AS $function$
BEGIN
    IF extract(epoch FROM clock_timestamp()) * 1000000 > (SELECT a.last_value FROM ghexport.awake_until a) THEN
        PERFORM pg_notify('ghexport.wake', '');
    END IF;
END
$function$;
-- +goose StatementEnd
COMMENT ON FUNCTION ghexport.wake() IS 'Wakes the relay when this transaction commits, unless it is polling anyway: a NOTIFY in every commit would serialise the commits of the whole cluster. Call it after the write that makes work due, in the same transaction: the relay outlives the promise of awake_until by every transaction that had an id when it ended.';

-- +goose StatementBegin
CREATE OR REPLACE FUNCTION ghexport.whole_errors(field text, value jsonb, lowest bigint, highest bigint, required boolean)
 RETURNS jsonb
 LANGUAGE plpgsql
 IMMUTABLE
AS $function$
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
$function$;
-- +goose StatementEnd
COMMENT ON FUNCTION ghexport.whole_errors(field text, value jsonb, lowest bigint, highest bigint, required boolean) IS 'A whole number within bounds, however it is written: 3, 3.0 and 3e0 are the same.';

-- +goose StatementBegin
CREATE OR REPLACE FUNCTION ghexport.zone_errors(field text, value jsonb)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE
AS $function$
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
$function$;
-- +goose StatementEnd
COMMENT ON FUNCTION ghexport.zone_errors(field text, value jsonb) IS 'A name from ghexport.time_zones, optional.';

REVOKE EXECUTE ON FUNCTION
    ghexport.absent(value jsonb),
    ghexport.candidate_errors(object jsonb, both_yes boolean),
    ghexport.email(word text),
    ghexport.email_errors(field text, value jsonb),
    ghexport.enqueue(result jsonb),
    ghexport.field_error(field text, message text),
    ghexport.findings(message jsonb),
    ghexport.flag_errors(field text, value jsonb),
    ghexport.given(value jsonb),
    ghexport.id_errors(field text, value jsonb),
    ghexport.interviewer_errors(object jsonb),
    ghexport.line_errors(field text, value jsonb, most integer),
    ghexport.scores_errors(object jsonb),
    ghexport.seen(word text),
    ghexport.text_errors(field text, value jsonb),
    ghexport.time_errors(field text, value jsonb),
    ghexport.too_long(message jsonb),
    ghexport.trimmed(word text),
    ghexport.type_error(field text, want text, value jsonb),
    ghexport.unknown_errors(prefix text, object jsonb, known text[]),
    ghexport.validate(result jsonb),
    ghexport.verdict(message jsonb),
    ghexport.wake(),
    ghexport.whole_errors(field text, value jsonb, lowest bigint, highest bigint, required boolean),
    ghexport.zone_errors(field text, value jsonb)
FROM PUBLIC;

DELETE FROM ghexport.time_zones;
INSERT INTO ghexport.time_zones (name) VALUES
    ('Africa/Abidjan'), ('Africa/Accra'), ('Africa/Addis_Ababa'), ('Africa/Algiers'), ('Africa/Asmara'), ('Africa/Asmera'),
    ('Africa/Bamako'), ('Africa/Bangui'), ('Africa/Banjul'), ('Africa/Bissau'), ('Africa/Blantyre'), ('Africa/Brazzaville'),
    ('Africa/Bujumbura'), ('Africa/Cairo'), ('Africa/Casablanca'), ('Africa/Ceuta'), ('Africa/Conakry'), ('Africa/Dakar'),
    ('Africa/Dar_es_Salaam'), ('Africa/Djibouti'), ('Africa/Douala'), ('Africa/El_Aaiun'), ('Africa/Freetown'), ('Africa/Gaborone'),
    ('Africa/Harare'), ('Africa/Johannesburg'), ('Africa/Juba'), ('Africa/Kampala'), ('Africa/Khartoum'), ('Africa/Kigali'),
    ('Africa/Kinshasa'), ('Africa/Lagos'), ('Africa/Libreville'), ('Africa/Lome'), ('Africa/Luanda'), ('Africa/Lubumbashi'),
    ('Africa/Lusaka'), ('Africa/Malabo'), ('Africa/Maputo'), ('Africa/Maseru'), ('Africa/Mbabane'), ('Africa/Mogadishu'),
    ('Africa/Monrovia'), ('Africa/Nairobi'), ('Africa/Ndjamena'), ('Africa/Niamey'), ('Africa/Nouakchott'), ('Africa/Ouagadougou'),
    ('Africa/Porto-Novo'), ('Africa/Sao_Tome'), ('Africa/Timbuktu'), ('Africa/Tripoli'), ('Africa/Tunis'), ('Africa/Windhoek'),
    ('America/Adak'), ('America/Anchorage'), ('America/Anguilla'), ('America/Antigua'), ('America/Araguaina'), ('America/Argentina/Buenos_Aires'),
    ('America/Argentina/Catamarca'), ('America/Argentina/ComodRivadavia'), ('America/Argentina/Cordoba'), ('America/Argentina/Jujuy'), ('America/Argentina/La_Rioja'), ('America/Argentina/Mendoza'),
    ('America/Argentina/Rio_Gallegos'), ('America/Argentina/Salta'), ('America/Argentina/San_Juan'), ('America/Argentina/San_Luis'), ('America/Argentina/Tucuman'), ('America/Argentina/Ushuaia'),
    ('America/Aruba'), ('America/Asuncion'), ('America/Atikokan'), ('America/Atka'), ('America/Bahia'), ('America/Bahia_Banderas'),
    ('America/Barbados'), ('America/Belem'), ('America/Belize'), ('America/Blanc-Sablon'), ('America/Boa_Vista'), ('America/Bogota'),
    ('America/Boise'), ('America/Buenos_Aires'), ('America/Cambridge_Bay'), ('America/Campo_Grande'), ('America/Cancun'), ('America/Caracas'),
    ('America/Catamarca'), ('America/Cayenne'), ('America/Cayman'), ('America/Chicago'), ('America/Chihuahua'), ('America/Ciudad_Juarez'),
    ('America/Coral_Harbour'), ('America/Cordoba'), ('America/Costa_Rica'), ('America/Coyhaique'), ('America/Creston'), ('America/Cuiaba'),
    ('America/Curacao'), ('America/Danmarkshavn'), ('America/Dawson'), ('America/Dawson_Creek'), ('America/Denver'), ('America/Detroit'),
    ('America/Dominica'), ('America/Edmonton'), ('America/Eirunepe'), ('America/El_Salvador'), ('America/Ensenada'), ('America/Fort_Nelson'),
    ('America/Fort_Wayne'), ('America/Fortaleza'), ('America/Glace_Bay'), ('America/Godthab'), ('America/Goose_Bay'), ('America/Grand_Turk'),
    ('America/Grenada'), ('America/Guadeloupe'), ('America/Guatemala'), ('America/Guayaquil'), ('America/Guyana'), ('America/Halifax'),
    ('America/Havana'), ('America/Hermosillo'), ('America/Indiana/Indianapolis'), ('America/Indiana/Knox'), ('America/Indiana/Marengo'), ('America/Indiana/Petersburg'),
    ('America/Indiana/Tell_City'), ('America/Indiana/Vevay'), ('America/Indiana/Vincennes'), ('America/Indiana/Winamac'), ('America/Indianapolis'), ('America/Inuvik'),
    ('America/Iqaluit'), ('America/Jamaica'), ('America/Jujuy'), ('America/Juneau'), ('America/Kentucky/Louisville'), ('America/Kentucky/Monticello'),
    ('America/Knox_IN'), ('America/Kralendijk'), ('America/La_Paz'), ('America/Lima'), ('America/Los_Angeles'), ('America/Louisville'),
    ('America/Lower_Princes'), ('America/Maceio'), ('America/Managua'), ('America/Manaus'), ('America/Marigot'), ('America/Martinique'),
    ('America/Matamoros'), ('America/Mazatlan'), ('America/Mendoza'), ('America/Menominee'), ('America/Merida'), ('America/Metlakatla'),
    ('America/Mexico_City'), ('America/Miquelon'), ('America/Moncton'), ('America/Monterrey'), ('America/Montevideo'), ('America/Montreal'),
    ('America/Montserrat'), ('America/Nassau'), ('America/New_York'), ('America/Nipigon'), ('America/Nome'), ('America/Noronha'),
    ('America/North_Dakota/Beulah'), ('America/North_Dakota/Center'), ('America/North_Dakota/New_Salem'), ('America/Nuuk'), ('America/Ojinaga'), ('America/Panama'),
    ('America/Pangnirtung'), ('America/Paramaribo'), ('America/Phoenix'), ('America/Port-au-Prince'), ('America/Port_of_Spain'), ('America/Porto_Acre'),
    ('America/Porto_Velho'), ('America/Puerto_Rico'), ('America/Punta_Arenas'), ('America/Rainy_River'), ('America/Rankin_Inlet'), ('America/Recife'),
    ('America/Regina'), ('America/Resolute'), ('America/Rio_Branco'), ('America/Rosario'), ('America/Santa_Isabel'), ('America/Santarem'),
    ('America/Santiago'), ('America/Santo_Domingo'), ('America/Sao_Paulo'), ('America/Scoresbysund'), ('America/Shiprock'), ('America/Sitka'),
    ('America/St_Barthelemy'), ('America/St_Johns'), ('America/St_Kitts'), ('America/St_Lucia'), ('America/St_Thomas'), ('America/St_Vincent'),
    ('America/Swift_Current'), ('America/Tegucigalpa'), ('America/Thule'), ('America/Thunder_Bay'), ('America/Tijuana'), ('America/Toronto'),
    ('America/Tortola'), ('America/Vancouver'), ('America/Virgin'), ('America/Whitehorse'), ('America/Winnipeg'), ('America/Yakutat'),
    ('America/Yellowknife'), ('Antarctica/Casey'), ('Antarctica/Davis'), ('Antarctica/DumontDUrville'), ('Antarctica/Macquarie'), ('Antarctica/Mawson'),
    ('Antarctica/McMurdo'), ('Antarctica/Palmer'), ('Antarctica/Rothera'), ('Antarctica/South_Pole'), ('Antarctica/Syowa'), ('Antarctica/Troll'),
    ('Antarctica/Vostok'), ('Arctic/Longyearbyen'), ('Asia/Aden'), ('Asia/Almaty'), ('Asia/Amman'), ('Asia/Anadyr'),
    ('Asia/Aqtau'), ('Asia/Aqtobe'), ('Asia/Ashgabat'), ('Asia/Ashkhabad'), ('Asia/Atyrau'), ('Asia/Baghdad'),
    ('Asia/Bahrain'), ('Asia/Baku'), ('Asia/Bangkok'), ('Asia/Barnaul'), ('Asia/Beirut'), ('Asia/Bishkek'),
    ('Asia/Brunei'), ('Asia/Calcutta'), ('Asia/Chita'), ('Asia/Choibalsan'), ('Asia/Chongqing'), ('Asia/Chungking'),
    ('Asia/Colombo'), ('Asia/Dacca'), ('Asia/Damascus'), ('Asia/Dhaka'), ('Asia/Dili'), ('Asia/Dubai'),
    ('Asia/Dushanbe'), ('Asia/Famagusta'), ('Asia/Gaza'), ('Asia/Harbin'), ('Asia/Hebron'), ('Asia/Ho_Chi_Minh'),
    ('Asia/Hong_Kong'), ('Asia/Hovd'), ('Asia/Irkutsk'), ('Asia/Istanbul'), ('Asia/Jakarta'), ('Asia/Jayapura'),
    ('Asia/Jerusalem'), ('Asia/Kabul'), ('Asia/Kamchatka'), ('Asia/Karachi'), ('Asia/Kashgar'), ('Asia/Kathmandu'),
    ('Asia/Katmandu'), ('Asia/Khandyga'), ('Asia/Kolkata'), ('Asia/Krasnoyarsk'), ('Asia/Kuala_Lumpur'), ('Asia/Kuching'),
    ('Asia/Kuwait'), ('Asia/Macao'), ('Asia/Macau'), ('Asia/Magadan'), ('Asia/Makassar'), ('Asia/Manila'),
    ('Asia/Muscat'), ('Asia/Nicosia'), ('Asia/Novokuznetsk'), ('Asia/Novosibirsk'), ('Asia/Omsk'), ('Asia/Oral'),
    ('Asia/Phnom_Penh'), ('Asia/Pontianak'), ('Asia/Pyongyang'), ('Asia/Qatar'), ('Asia/Qostanay'), ('Asia/Qyzylorda'),
    ('Asia/Rangoon'), ('Asia/Riyadh'), ('Asia/Saigon'), ('Asia/Sakhalin'), ('Asia/Samarkand'), ('Asia/Seoul'),
    ('Asia/Shanghai'), ('Asia/Singapore'), ('Asia/Srednekolymsk'), ('Asia/Taipei'), ('Asia/Tashkent'), ('Asia/Tbilisi'),
    ('Asia/Tehran'), ('Asia/Tel_Aviv'), ('Asia/Thimbu'), ('Asia/Thimphu'), ('Asia/Tokyo'), ('Asia/Tomsk'),
    ('Asia/Ujung_Pandang'), ('Asia/Ulaanbaatar'), ('Asia/Ulan_Bator'), ('Asia/Urumqi'), ('Asia/Ust-Nera'), ('Asia/Vientiane'),
    ('Asia/Vladivostok'), ('Asia/Yakutsk'), ('Asia/Yangon'), ('Asia/Yekaterinburg'), ('Asia/Yerevan'), ('Atlantic/Azores'),
    ('Atlantic/Bermuda'), ('Atlantic/Canary'), ('Atlantic/Cape_Verde'), ('Atlantic/Faeroe'), ('Atlantic/Faroe'), ('Atlantic/Jan_Mayen'),
    ('Atlantic/Madeira'), ('Atlantic/Reykjavik'), ('Atlantic/South_Georgia'), ('Atlantic/St_Helena'), ('Atlantic/Stanley'), ('Australia/ACT'),
    ('Australia/Adelaide'), ('Australia/Brisbane'), ('Australia/Broken_Hill'), ('Australia/Canberra'), ('Australia/Currie'), ('Australia/Darwin'),
    ('Australia/Eucla'), ('Australia/Hobart'), ('Australia/LHI'), ('Australia/Lindeman'), ('Australia/Lord_Howe'), ('Australia/Melbourne'),
    ('Australia/NSW'), ('Australia/North'), ('Australia/Perth'), ('Australia/Queensland'), ('Australia/South'), ('Australia/Sydney'),
    ('Australia/Tasmania'), ('Australia/Victoria'), ('Australia/West'), ('Australia/Yancowinna'), ('Brazil/Acre'), ('Brazil/DeNoronha'),
    ('Brazil/East'), ('Brazil/West'), ('CET'), ('CST6CDT'), ('Canada/Atlantic'), ('Canada/Central'),
    ('Canada/Eastern'), ('Canada/Mountain'), ('Canada/Newfoundland'), ('Canada/Pacific'), ('Canada/Saskatchewan'), ('Canada/Yukon'),
    ('Chile/Continental'), ('Chile/EasterIsland'), ('Cuba'), ('EET'), ('EST'), ('EST5EDT'),
    ('Egypt'), ('Eire'), ('Etc/GMT'), ('Etc/GMT+0'), ('Etc/GMT+1'), ('Etc/GMT+10'),
    ('Etc/GMT+11'), ('Etc/GMT+12'), ('Etc/GMT+2'), ('Etc/GMT+3'), ('Etc/GMT+4'), ('Etc/GMT+5'),
    ('Etc/GMT+6'), ('Etc/GMT+7'), ('Etc/GMT+8'), ('Etc/GMT+9'), ('Etc/GMT-0'), ('Etc/GMT-1'),
    ('Etc/GMT-10'), ('Etc/GMT-11'), ('Etc/GMT-12'), ('Etc/GMT-13'), ('Etc/GMT-14'), ('Etc/GMT-2'),
    ('Etc/GMT-3'), ('Etc/GMT-4'), ('Etc/GMT-5'), ('Etc/GMT-6'), ('Etc/GMT-7'), ('Etc/GMT-8'),
    ('Etc/GMT-9'), ('Etc/GMT0'), ('Etc/Greenwich'), ('Etc/UCT'), ('Etc/UTC'), ('Etc/Universal'),
    ('Etc/Zulu'), ('Europe/Amsterdam'), ('Europe/Andorra'), ('Europe/Astrakhan'), ('Europe/Athens'), ('Europe/Belfast'),
    ('Europe/Belgrade'), ('Europe/Berlin'), ('Europe/Bratislava'), ('Europe/Brussels'), ('Europe/Bucharest'), ('Europe/Budapest'),
    ('Europe/Busingen'), ('Europe/Chisinau'), ('Europe/Copenhagen'), ('Europe/Dublin'), ('Europe/Gibraltar'), ('Europe/Guernsey'),
    ('Europe/Helsinki'), ('Europe/Isle_of_Man'), ('Europe/Istanbul'), ('Europe/Jersey'), ('Europe/Kaliningrad'), ('Europe/Kiev'),
    ('Europe/Kirov'), ('Europe/Kyiv'), ('Europe/Lisbon'), ('Europe/Ljubljana'), ('Europe/London'), ('Europe/Luxembourg'),
    ('Europe/Madrid'), ('Europe/Malta'), ('Europe/Mariehamn'), ('Europe/Minsk'), ('Europe/Monaco'), ('Europe/Moscow'),
    ('Europe/Nicosia'), ('Europe/Oslo'), ('Europe/Paris'), ('Europe/Podgorica'), ('Europe/Prague'), ('Europe/Riga'),
    ('Europe/Rome'), ('Europe/Samara'), ('Europe/San_Marino'), ('Europe/Sarajevo'), ('Europe/Saratov'), ('Europe/Simferopol'),
    ('Europe/Skopje'), ('Europe/Sofia'), ('Europe/Stockholm'), ('Europe/Tallinn'), ('Europe/Tirane'), ('Europe/Tiraspol'),
    ('Europe/Ulyanovsk'), ('Europe/Uzhgorod'), ('Europe/Vaduz'), ('Europe/Vatican'), ('Europe/Vienna'), ('Europe/Vilnius'),
    ('Europe/Volgograd'), ('Europe/Warsaw'), ('Europe/Zagreb'), ('Europe/Zaporozhye'), ('Europe/Zurich'), ('Factory'),
    ('GB'), ('GB-Eire'), ('GMT'), ('GMT+0'), ('GMT-0'), ('GMT0'),
    ('Greenwich'), ('HST'), ('Hongkong'), ('Iceland'), ('Indian/Antananarivo'), ('Indian/Chagos'),
    ('Indian/Christmas'), ('Indian/Cocos'), ('Indian/Comoro'), ('Indian/Kerguelen'), ('Indian/Mahe'), ('Indian/Maldives'),
    ('Indian/Mauritius'), ('Indian/Mayotte'), ('Indian/Reunion'), ('Iran'), ('Israel'), ('Jamaica'),
    ('Japan'), ('Kwajalein'), ('Libya'), ('MET'), ('MST'), ('MST7MDT'),
    ('Mexico/BajaNorte'), ('Mexico/BajaSur'), ('Mexico/General'), ('NZ'), ('NZ-CHAT'), ('Navajo'),
    ('PRC'), ('PST8PDT'), ('Pacific/Apia'), ('Pacific/Auckland'), ('Pacific/Bougainville'), ('Pacific/Chatham'),
    ('Pacific/Chuuk'), ('Pacific/Easter'), ('Pacific/Efate'), ('Pacific/Enderbury'), ('Pacific/Fakaofo'), ('Pacific/Fiji'),
    ('Pacific/Funafuti'), ('Pacific/Galapagos'), ('Pacific/Gambier'), ('Pacific/Guadalcanal'), ('Pacific/Guam'), ('Pacific/Honolulu'),
    ('Pacific/Johnston'), ('Pacific/Kanton'), ('Pacific/Kiritimati'), ('Pacific/Kosrae'), ('Pacific/Kwajalein'), ('Pacific/Majuro'),
    ('Pacific/Marquesas'), ('Pacific/Midway'), ('Pacific/Nauru'), ('Pacific/Niue'), ('Pacific/Norfolk'), ('Pacific/Noumea'),
    ('Pacific/Pago_Pago'), ('Pacific/Palau'), ('Pacific/Pitcairn'), ('Pacific/Pohnpei'), ('Pacific/Ponape'), ('Pacific/Port_Moresby'),
    ('Pacific/Rarotonga'), ('Pacific/Saipan'), ('Pacific/Samoa'), ('Pacific/Tahiti'), ('Pacific/Tarawa'), ('Pacific/Tongatapu'),
    ('Pacific/Truk'), ('Pacific/Wake'), ('Pacific/Wallis'), ('Pacific/Yap'), ('Poland'), ('Portugal'),
    ('ROC'), ('ROK'), ('Singapore'), ('Turkey'), ('UCT'), ('US/Alaska'),
    ('US/Aleutian'), ('US/Arizona'), ('US/Central'), ('US/East-Indiana'), ('US/Eastern'), ('US/Hawaii'),
    ('US/Indiana-Starke'), ('US/Michigan'), ('US/Mountain'), ('US/Pacific'), ('US/Samoa'), ('UTC'),
    ('Universal'), ('W-SU'), ('WET'), ('Zulu');

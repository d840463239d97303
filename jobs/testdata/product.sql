-- A producer's own tables, as the examples use them: decisions lie in rows of their own, which is how two of them can miss each other.
CREATE SCHEMA product;
CREATE TABLE product.interviews (
    id           text PRIMARY KEY,
    org_id       text NOT NULL,
    candidate_id text NOT NULL,
    started_at   timestamptz NOT NULL,
    version      bigint NOT NULL DEFAULT 0
);
CREATE TABLE product.candidates (
    id    text PRIMARY KEY,
    name  text NOT NULL,
    email text NOT NULL
);
CREATE TABLE product.decisions (
    interview_id text REFERENCES product.interviews,
    who          text CHECK (who IN ('interviewer', 'candidate')),
    yes          boolean NOT NULL,
    PRIMARY KEY (interview_id, who)
);
INSERT INTO product.candidates (id, name, email) VALUES ('cand_9', 'Ada King Lovelace', 'ada@example.com');
INSERT INTO product.interviews (id, org_id, candidate_id, started_at) VALUES ('iv_123', 'acme', 'cand_9', '2017-09-28T17:00:00Z');
INSERT INTO product.decisions (interview_id, who, yes) VALUES ('iv_123', 'interviewer', true);

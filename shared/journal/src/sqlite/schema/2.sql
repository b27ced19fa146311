-- What waits for a person. It follows the present. Each plan must know what waits only because a visit found
-- more than it may make.
CREATE TABLE proposal (
    id         TEXT    NOT NULL PRIMARY KEY,
    company    INTEGER NOT NULL,
    over_limit INTEGER NOT NULL,
    record     TEXT    NOT NULL
) STRICT;

CREATE INDEX proposal_company ON proposal (company, id);
CREATE INDEX proposal_over_limit ON proposal (company) WHERE over_limit = 1;

CREATE TABLE proposal_contact (
    contact  INTEGER NOT NULL,
    proposal TEXT    NOT NULL REFERENCES proposal (id) ON DELETE CASCADE,
    PRIMARY KEY (contact, proposal)
) STRICT, WITHOUT ROWID;

CREATE INDEX proposal_contact_proposal ON proposal_contact (proposal);

-- What people decided, and the contacts as they were shown to them. Those are dropped with time.
CREATE TABLE decision (
    seq      INTEGER PRIMARY KEY,
    proposal TEXT    NOT NULL,
    company  INTEGER NOT NULL,
    at       TEXT    NOT NULL,
    record   TEXT    NOT NULL,
    image    TEXT,
    UNIQUE (proposal, at, record)
) STRICT;

CREATE INDEX decision_company ON decision (company, at);
CREATE INDEX decision_whole ON decision (at) WHERE image IS NOT NULL;

CREATE TRIGGER decision_is_kept BEFORE UPDATE OF seq, proposal, company, at, record ON decision
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER decision_stays BEFORE DELETE ON decision
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;

-- Whether the images of a change are dropped, and the names in its record.
ALTER TABLE intent ADD COLUMN forgotten INTEGER NOT NULL DEFAULT 0;

CREATE INDEX intent_whole ON intent (at) WHERE forgotten = 0;
CREATE INDEX intent_contact_owner ON intent_contact (owner);
CREATE INDEX finding_contact_owner ON finding_contact (owner);

-- How old a record must be to be forgotten. There is a row only inside of the transactions that do it;
-- at any other time, and for what is younger, the journal is append-only.
CREATE TABLE forgetting (
    older_than TEXT NOT NULL
) STRICT;

DROP TRIGGER intent_is_kept;
CREATE TRIGGER intent_is_kept BEFORE UPDATE ON intent
WHEN NOT EXISTS (SELECT 1 FROM forgetting WHERE OLD.at < older_than)
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
DROP TRIGGER intent_stays;
CREATE TRIGGER intent_stays BEFORE DELETE ON intent
WHEN NOT EXISTS (SELECT 1 FROM forgetting WHERE OLD.at < older_than)
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
DROP TRIGGER conclusion_is_kept;
CREATE TRIGGER conclusion_is_kept BEFORE UPDATE ON conclusion
WHEN NOT EXISTS (SELECT 1 FROM forgetting JOIN intent ON intent.at < older_than WHERE seq = OLD.intent)
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
DROP TRIGGER conclusion_stays;
CREATE TRIGGER conclusion_stays BEFORE DELETE ON conclusion
WHEN NOT EXISTS (SELECT 1 FROM forgetting JOIN intent ON intent.at < older_than WHERE seq = OLD.intent)
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
DROP TRIGGER finding_is_kept;
CREATE TRIGGER finding_is_kept BEFORE UPDATE ON finding
WHEN NOT EXISTS (SELECT 1 FROM forgetting WHERE OLD.at < older_than)
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
DROP TRIGGER finding_stays;
CREATE TRIGGER finding_stays BEFORE DELETE ON finding
WHEN NOT EXISTS (SELECT 1 FROM forgetting WHERE OLD.at < older_than)
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER decision_image_is_kept BEFORE UPDATE OF image ON decision
WHEN NOT EXISTS (SELECT 1 FROM forgetting WHERE OLD.at < older_than)
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;

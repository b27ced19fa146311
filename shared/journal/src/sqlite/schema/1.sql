-- Times are RFC 3339 in UTC with nine digits of fraction, so that they sort as text.
-- "record" columns hold versioned JSON.

CREATE TABLE intent (
    seq     INTEGER PRIMARY KEY,
    run     TEXT    NOT NULL,
    number  INTEGER NOT NULL,
    company INTEGER NOT NULL,
    rule    TEXT    NOT NULL,
    at      TEXT    NOT NULL,
    record  TEXT    NOT NULL,
    image   TEXT    NOT NULL,
    UNIQUE (run, number)
) STRICT;

CREATE INDEX intent_company ON intent (company, at);
CREATE INDEX intent_at ON intent (at);

CREATE TABLE conclusion (
    intent INTEGER PRIMARY KEY REFERENCES intent (seq),
    record TEXT NOT NULL,
    image  TEXT
) STRICT;

CREATE TABLE intent_contact (
    contact INTEGER NOT NULL,
    owner   INTEGER NOT NULL REFERENCES intent (seq),
    PRIMARY KEY (contact, owner)
) STRICT, WITHOUT ROWID;

CREATE TABLE finding (
    seq     INTEGER PRIMARY KEY,
    run     TEXT NOT NULL,
    company INTEGER,
    rule    TEXT NOT NULL,
    at      TEXT NOT NULL,
    record  TEXT NOT NULL,
    UNIQUE (run, at, record)
) STRICT;

CREATE INDEX finding_company ON finding (company, at);
CREATE INDEX finding_at ON finding (at);

CREATE TABLE finding_contact (
    contact INTEGER NOT NULL,
    owner   INTEGER NOT NULL REFERENCES finding (seq),
    PRIMARY KEY (contact, owner)
) STRICT, WITHOUT ROWID;

-- Pairs of contacts that a person said are two people.
CREATE TABLE apart (
    low     INTEGER NOT NULL,
    high    INTEGER NOT NULL,
    company INTEGER NOT NULL,
    at      TEXT    NOT NULL,
    said_by TEXT    NOT NULL,
    PRIMARY KEY (low, high)
) STRICT, WITHOUT ROWID;

CREATE INDEX apart_high ON apart (high);

-- Addresses that let a contact into the portal. This table and the next one follow the present.
CREATE TABLE portal_address (
    email   TEXT    NOT NULL,
    contact INTEGER NOT NULL,
    company INTEGER NOT NULL,
    PRIMARY KEY (email, contact)
) STRICT, WITHOUT ROWID;

CREATE INDEX portal_address_company ON portal_address (company);
CREATE INDEX portal_address_contact ON portal_address (contact);

-- The default contact of each company when it was last visited: where a deleted one was missed.
CREATE TABLE default_contact (
    company INTEGER PRIMARY KEY,
    contact INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX default_contact_contact ON default_contact (contact);

CREATE TRIGGER intent_is_kept BEFORE UPDATE ON intent
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER intent_stays BEFORE DELETE ON intent
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER conclusion_is_kept BEFORE UPDATE ON conclusion
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER conclusion_stays BEFORE DELETE ON conclusion
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER finding_is_kept BEFORE UPDATE ON finding
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER finding_stays BEFORE DELETE ON finding
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER apart_is_kept BEFORE UPDATE ON apart
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER apart_stays BEFORE DELETE ON apart
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;

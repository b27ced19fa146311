-- The map: which record of a mirror is a contact's, and at which company the contact is. It follows the present, as
-- does the next table.
CREATE TABLE link (
    contact INTEGER NOT NULL,
    system  TEXT    NOT NULL,
    company INTEGER NOT NULL,
    record  TEXT    NOT NULL,
    PRIMARY KEY (contact, system)
) STRICT;

CREATE INDEX link_company ON link (company, system, contact);

-- Where a company's contacts are mirrored to.
CREATE TABLE place (
    company INTEGER NOT NULL,
    system  TEXT    NOT NULL,
    record  TEXT    NOT NULL,
    PRIMARY KEY (company, system)
) STRICT, WITHOUT ROWID;

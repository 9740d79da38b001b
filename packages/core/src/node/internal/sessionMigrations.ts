/** The layout of the session store, one entry per version. An entry that was released never changes; only add new ones. */
export const sessionMigrations: ReadonlyArray<string> = [
  `
  CREATE TABLE session (
    key INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    root TEXT NOT NULL,
    parent TEXT,
    directory TEXT NOT NULL,
    agent TEXT NOT NULL,
    title TEXT,
    created INTEGER NOT NULL,
    updated INTEGER NOT NULL,
    last INTEGER NOT NULL
  );
  CREATE TABLE event (
    session INTEGER NOT NULL REFERENCES session (key),
    sequence INTEGER NOT NULL,
    id TEXT NOT NULL,
    time INTEGER NOT NULL,
    type TEXT NOT NULL,
    version INTEGER NOT NULL,
    data TEXT,
    blob TEXT,
    command TEXT,
    PRIMARY KEY (session, sequence)
  ) WITHOUT ROWID;
  CREATE UNIQUE INDEX event_command ON event (session, command) WHERE command IS NOT NULL;
  CREATE TABLE claim (
    root TEXT PRIMARY KEY,
    token INTEGER NOT NULL,
    owner TEXT,
    owner_id TEXT,
    heartbeat INTEGER NOT NULL
  ) WITHOUT ROWID;
  CREATE TABLE draft (
    session INTEGER PRIMARY KEY REFERENCES session (key),
    text TEXT NOT NULL
  );
  `,
  `
  CREATE INDEX IF NOT EXISTS session_root ON session (root);
  `
]

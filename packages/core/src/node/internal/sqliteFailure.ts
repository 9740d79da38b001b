/** What a failure of SQLite or the file system means, and how to say it to a person. */

/** All reasons. The session store has an error of the same name for each. */
export const reasons = ["Busy", "Full", "NotWritable", "Corrupt", "Newer", "Unavailable"] as const
/** Why the file could not be used: what a person would have to do differs for each. */
export type Reason = (typeof reasons)[number]

/** By SQLite's primary result code. */
const bySqlite: Readonly<Record<number, Reason>> = {
  3: "NotWritable", // PERM
  5: "Busy",
  6: "Busy", // LOCKED
  8: "NotWritable", // READONLY
  11: "Corrupt",
  13: "Full",
  14: "NotWritable", // CANTOPEN
  23: "NotWritable", // AUTH
  26: "Corrupt" // NOTADB
}

const byFileSystem: Readonly<Record<string, Reason>> = {
  EACCES: "NotWritable",
  EPERM: "NotWritable",
  EROFS: "NotWritable",
  EISDIR: "NotWritable",
  ENOTDIR: "NotWritable",
  EEXIST: "NotWritable",
  ENOSPC: "Full",
  EDQUOT: "Full"
}

const field = (error: unknown, name: string): unknown =>
  typeof error === "object" && error !== null ? Reflect.get(error, name) : undefined

/** The reason for an error of `node:sqlite` or `node:fs`; `undefined` for one that is neither, which is a bug. */
export const reasonOf = (error: unknown): Reason | undefined => {
  const code = field(error, "code")
  const errcode = field(error, "errcode")
  // An extended code holds the primary one in its low byte.
  if (code === "ERR_SQLITE_ERROR" && typeof errcode === "number") return bySqlite[errcode & 0xff] ?? "Unavailable"
  // What `node:sqlite` throws once the database is closed.
  if (code === "ERR_INVALID_STATE") return "Unavailable"
  if (typeof code === "string" && typeof field(error, "syscall") === "string")
    return byFileSystem[code] ?? "Unavailable"
  return undefined
}

const advice: Readonly<Record<Reason, (path: string) => string>> = {
  Busy: (path) =>
    `The store ${path} is kept busy by other programs. Nothing was written; try again, and end the program that holds it if this stays.`,
  Full: (path) => `The disk of ${path} is full. Nothing was written; free some space and try again.`,
  NotWritable: (path) =>
    `The store ${path} cannot be opened for writing. Check the permissions of the file and its folder.`,
  Corrupt: (path) =>
    `The store ${path} is damaged or not a database. Move the file away and restore a copy of it, or begin a new one.`,
  Newer: (path) => `The store ${path} was made by a newer version. Update this program to open it.`,
  Unavailable: (path) => `The store ${path} cannot be used. Check that the file is there and that its disk works.`
}

/** One or two sentences: what is wrong with the file, what to do, and what the system said. */
export const explain = (reason: Reason, path: string, error?: unknown): string => {
  const detail = field(error, "message")
  return typeof detail === "string" ? `${advice[reason](path)} (${detail})` : advice[reason](path)
}

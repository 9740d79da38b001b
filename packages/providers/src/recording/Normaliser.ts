/**
 * What differs between two runs of the same session, and is no difference: where it ran, when, and the ids of the run.
 *
 * A normaliser finds such text and gives it a name. The same normalisers are used when a session is recorded and when it
 * is replayed; the header of a recording says which.
 */
import { realpathSync } from "node:fs"
import { homedir, tmpdir } from "node:os"
import { CassetteError } from "./CassetteError.ts"

/** The name of the sign with which names begin, where that is in a text. */
export const bracket = "bracket"

/** One kind of such text; a pattern finds all of it, with or without its `g`. */
export interface Normaliser {
  /** As it stands in the recording: small letters, digits and hyphens. */
  readonly name: string
  /**
   * The texts that it names, or a pattern. Of texts, the first is what the name stands for when a recorded answer is
   * replayed; none of them is found inside of a longer word.
   */
  readonly find: ReadonlyArray<string> | RegExp
  /**
   * What the pattern finds is numbered, so that different finds stay different, and a recorded answer that speaks of one
   * of them speaks of its counterpart when it is replayed. Else all that it finds counts as the same.
   */
  readonly numbered?: boolean
  /** What is numbered may also be spoken of by its beginning. */
  readonly shortened?: boolean
}

/** Where a session runs. */
export interface Place {
  /** The real path of its directory. */
  readonly directory?: string
  readonly home?: string
  readonly temp?: string
  readonly platform?: string
}

const real = (path: string): string => {
  try {
    return realpathSync(path)
  } catch {
    return path
  }
}

/** A path and its real one. The root is in every path, so it says nothing. */
const paths = (path: string | undefined): ReadonlyArray<string> =>
  path === undefined ? [] : [...new Set([path, real(path)])].filter((one) => one !== "/" && one !== "")

/** This machine. */
export const here = (): Place => ({
  home: homedir(),
  temp: tmpdir(),
  platform: `${process.platform} (${process.arch})`
})

const uuid = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
const month = "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*"
const zone = String.raw`(?: ?Z| ?[+-]\d{2}:?\d{2})`
const time = String.raw`\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?: ?[AP]M)?`
const isoDate = String.raw`\d{4}(?:-\d{2}-|/\d{2}/)\d{2}(?:(?:[T ]|, )${time}${zone}?)?`
const localDate = String.raw`\d{1,2}(?:\.\d{1,2}\.|/\d{1,2}/)\d{4}(?:,? ${time})?`
const logDate = String.raw`\d{1,2}/${month}/\d{4}(?::${time}${zone}?)?`
const compactDate = String.raw`\d{8}[T_-]?\d{6}Z?`
const wordDate = String.raw`(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? )?(?:${month} +\d{1,2}|\d{1,2} ${month})\b(?:,? +\d{4})?(?:,? +${time})?(?: [A-Z]{3,4})?(?: +\d{4})?(?: [+-]\d{4})?`
const clock = String.raw`\d{1,2}:\d{2}:\d{2}(?:[.,]\d+)?(?: ?[AP]M)?`
const dates = [isoDate, localDate, logDate, compactDate, wordDate, clock].join("|")
const units = "ns|us|µs|ms|s|secs?|seconds?|mins?|minutes?"
const ago = String.raw`\d+ (?:second|minute|hour|day|week|month|year)s?(?:, \d+ months?)? ago`
const duration = String.raw`${ago}|(?:\d+h ?)?\d+m ?\d+(?:\.\d+)?s(?![A-Za-z0-9])|\d+(?:\.\d+)? ?(?:${units})(?![A-Za-z0-9])|(?<=duration_ms:? )\d+(?:\.\d+)?`

const isName = (name: string): boolean => /^[a-z][a-z0-9-]*$/.test(name) && name !== bracket

/** Own normalisers in front of the standard ones. Throws a `CassetteError` for a name that would mean two of them, or none. */
export const withStandard = (file: string, own: ReadonlyArray<Normaliser>, place: Place): ReadonlyArray<Normaliser> => {
  const all = [...own, ...standard(place)]
  const wrong = own.find(({ name }) => !isName(name) || all.filter((one) => one.name === name).length > 1)
  if (wrong === undefined) return all
  const problem = `cannot be made or played with a normaliser named "${wrong.name}": a name is small letters, digits and hyphens, and its normaliser's alone`
  throw new CassetteError({ file, problem })
}

/** The normalisers that always take part; `place` says where this run is. */
export const standard = (place: Place): ReadonlyArray<Normaliser> => [
  { name: "directory", find: paths(place.directory) },
  { name: "home", find: paths(place.home) },
  { name: "temp", find: paths(place.temp) },
  { name: "platform", find: place.platform === undefined ? [] : [place.platform] },
  { name: "date", find: new RegExp(`(?<![A-Za-z0-9])(?:${dates})(?![A-Za-z0-9])`) },
  { name: "duration", find: new RegExp(`(?<![A-Za-z0-9_.])(?:${duration})`) },
  {
    name: "id",
    // The last is in the environment of every command.
    find: new RegExp(String.raw`(?:[a-z]{3}_)?${uuid}|job_[0-9a-f]{8}(?![0-9a-f])|(?<=\bREIN_OWNER=)[\w.:-]+`),
    numbered: true
  },
  // A hash of a commit or a file, whole or short; letters alone are a word.
  {
    name: "git",
    find: /(?<![0-9A-Za-z])(?=[a-f]*[0-9])[0-9a-f]{7,64}(?![0-9A-Za-z])/,
    numbered: true,
    shortened: true
  }
]

/** Programs that can do much, of which one form only lists what is in an archive. */
import { type Program, type Table, uncertain, use } from "./Program.ts"
import { known, type Value } from "../words/Value.ts"

/** A name with a colon is an archive on another machine. */
const staysHere: Table["check"] = ({ operands, options }) =>
  [...operands, ...options.flatMap(({ value }) => value ?? [])].every(
    ({ values }) => values?.every((one) => !one.includes(":")) === true
  )
    ? undefined
    : "the archive may be on another machine"

const lists = "-t --list"

const contents: Table = {
  flags: `${lists} -v -z -j -J -a --verbose --gzip --gunzip --bzip2 --xz --zstd --lzma --auto-compress --full-time --numeric-owner --utc --wildcards`,
  texts: "--exclude --strip-components",
  reads: "-f --file",
  // The others are names in the archive.
  operands: "text",
  check: (parsed) =>
    parsed.options.some(({ name }) => lists.split(" ").includes(name)) ? staysHere(parsed) : "it does not only list"
}

/** The letters of `tar tzf` may stand without a dash. */
const tar = (words: ReadonlyArray<Value>) => {
  const [first, ...rest] = words
  const letters = known(first)
  const old = letters !== undefined && /^[tvzjJ]+f?$/.test(letters) && first?.literal === true
  return use(
    contents,
    old ? [{ ...first, text: `-${letters}`, beginning: `-${letters}`, values: [`-${letters}`] }, ...rest] : words
  )
}

const unzip = (words: ReadonlyArray<Value>) => {
  const [first, ...rest] = words
  if (!/^-(?:[lvZ]|l[qv])$/.test(known(first) ?? "") || rest.length === 0) return uncertain("it does not only list")
  return use({ flags: "-1 -q", operands: "read" }, rest)
}

const gzip: Table = {
  flags: "-l -v -q --list --verbose --quiet",
  operands: "read",
  check: ({ options }) =>
    options.some(({ name }) => /^(?:-l|--list)$/.test(name)) ? undefined : "it does not only list"
}

/** By name; apart from the other tables, as any other form of these programs has none. */
export const listings: Readonly<Record<string, Program>> = { tar, unzip, gzip }

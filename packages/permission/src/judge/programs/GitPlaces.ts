/** Commands of git whose words name places: addresses that are fetched, files that are written, keys of the configuration. */
import { parsedBy, type Program, type Table, uncertain, type Use, use } from "./Program.ts"
import { known, plain, type Value } from "../words/Value.ts"

/** An address that git fetches by itself, not by a program that the address names, as `ext::` does. */
const isAddress = (text: string | undefined): boolean =>
  text !== undefined &&
  /^(?:https:\/\/[\w.-]+(?::\d+)?\/|(?:ssh:\/\/)?(?:\w[\w.-]*@)?\w[\w.-]*\w(?::(?!:|\/\/)|\/)(?=[\w~/]))[\w./~+%-]*$/.test(
    text
  ) &&
  /:/.test(text) &&
  !/(?:^|\/)\.\.(?:\/|$)|^file:/.test(text)

const isName = (text: string | undefined): boolean => text !== undefined && /^\w[\w.-]*$/.test(text)

const cloneTable: Table = {
  flags:
    "-q -v -n -s --quiet --verbose --progress --no-checkout --bare --single-branch --no-single-branch --no-tags --sparse",
  texts: "-b -o -j --branch --origin --depth --filter --shallow-since --jobs",
  operands: "text"
}

/** Without a directory it is the last part of the address. */
const clone: Program = (words) => {
  const found = use(cloneTable, words)
  if (found.why !== undefined) return found
  const [address, directory, ...more] = parsedBy(cloneTable, words)?.operands ?? []
  const text = known(address)
  if (text === undefined || !isAddress(text) || more.length > 0) return uncertain("it is no plain address of the web")
  const name = /([^/:]+?)(?:\.git)?\/*$/.exec(text)?.[1] ?? "."
  return { paths: [{ value: directory ?? plain(name), access: "act" }] }
}

/** A name for an address. */
export const addRemote: Table = {
  flags: "-f --fetch --tags --no-tags",
  texts: "-t -m",
  operands: "text",
  check: ({ operands: [name, address, ...more] }) =>
    isName(known(name)) && isAddress(known(address)) && more.length === 0
      ? undefined
      : "it is no plain address of the web"
}

/** Settings of how things look and what is done by default; none of them names a program. */
const harmlessKey =
  /^(?:user\.(?:name|email)|color\.[\w.]+|init\.defaultbranch|pull\.(?:rebase|ff)|push\.(?:default|autosetupremote)|fetch\.prune|rebase\.(?:autosquash|autostash)|merge\.conflictstyle|diff\.(?:algorithm|renames|colormoved)|core\.(?:autocrlf|filemode|quotepath|ignorecase|longpaths)|advice\.\w+|rerere\.enabled)$/i

const config: Table = {
  flags: "--local --bool --int --replace-all --unset",
  operands: "text",
  check: ({ operands: [key, ...values] }) =>
    harmlessKey.test(known(key) ?? "") && values.length <= 1 && values.every(({ single }) => single)
      ? undefined
      : "it may change the configuration"
}

/** Patches are files named after what they hold, here or in the directory that an option names. */
const patches: Program = (words) => {
  const table: Table = {
    flags:
      "-k -n -N -s -q --stdout --numbered --no-numbered --keep-subject --signoff --cover-letter --quiet --zero-commit --no-signature --root --no-stat --binary",
    texts: "-v --start-number --subject-prefix --reroll-count -o --output-directory --base",
    numbers: true,
    operands: "text"
  }
  const found = use(table, words)
  if (found.why !== undefined) return found
  const options = parsedBy(table, words)?.options ?? []
  const [place, ...more] = options.filter(({ name }) => /^(?:-o|--output-directory)$/.test(name))
  if (place === undefined && options.some(({ name }) => name === "--stdout")) return { paths: [] }
  const directory = place === undefined ? "." : (known(place.value) ?? "")
  return directory === "" || more.length > 0
    ? uncertain("it is not certain where it writes to")
    : { paths: [{ value: plain(`${directory}/0001.patch`), access: "write" }] }
}

/** The index alone is nothing that anybody has written. */
const restoreIndex: Table = {
  flags: "-S -q --staged --quiet",
  texts: "-s --source",
  operands: "read",
  check: ({ options }) => (options.some(({ name }) => /^(?:-S|--staged)$/.test(name)) ? undefined : "it changes files")
}

const restoreFiles: Table = {
  flags: "-S -W -p -q -m --staged --worktree --patch --quiet --ours --theirs --merge --ignore-unmerged",
  texts: "-s --source",
  operands: "act"
}

const restore = (words: ReadonlyArray<Value>): Use => {
  const index = use(restoreIndex, words)
  return index.why === undefined ? index : use(restoreFiles, words)
}

const revisions: Table = { operands: "text" }

/** By the command's name; they count where git may change something, not where it only looks. */
export const places: Readonly<Record<string, Program>> = {
  clone,
  config,
  restore,
  "format-patch": patches,
  archive: {
    flags: "-v -l --verbose --list --worktree-attributes",
    texts: "--format --prefix",
    writes: "-o --output",
    numbers: true,
    operands: "read"
  },
  bisect: {
    commands: {
      start: { operands: "text" },
      good: revisions,
      bad: revisions,
      old: revisions,
      new: revisions,
      skip: revisions,
      reset: revisions,
      next: {},
      terms: {}
    }
  },
  notes: {
    commands: {
      add: { flags: "-f --force --allow-empty", texts: "-m --message", operands: "text" },
      append: { flags: "--allow-empty", texts: "-m --message", operands: "text" },
      copy: { flags: "-f --force", operands: "text" },
      remove: { flags: "--ignore-missing", operands: "text" }
    }
  },
  submodule: {
    flags: "-q --quiet",
    commands: {
      init: { operands: "read" },
      sync: { flags: "--recursive", operands: "read" }
    }
  }
}

/** Directories that a command takes whole: what is in them counts, though no word names it. */
import type { PathJudgement, Working } from "../Judgement.ts"
import { baseName, join, parent } from "../Locations.ts"
import { type Below, judgeBelow, judgePaths, judgePlace } from "./Paths.ts"
import type { Use } from "../programs/Program.ts"
import type { Scope } from "../Scope.ts"
import { known, plain, type Value } from "../words/Value.ts"

/** What rules say about the files below directories. */
export const belowOf = (roots: ReadonlyArray<Value>, below: Below, scope: Scope, context: Working) =>
  roots.flatMap((root) =>
    (root.values ?? []).flatMap((text) =>
      (scope.directories ?? []).flatMap((directory) => judgeBelow(join(directory, text), context, below))
    )
  )

/** Programs that make or name only the directory itself. */
const leavesContent = /^(?:mkdir|touch|ln|mktemp|rmdir)$/

/** Programs without a table that take directories with all that is in them. */
const takesDirectories = /^(?:tar|zip|7z[ar]?|rsync|scp|cpio|pax|rclone|gsutil|aws|azcopy|s3cmd|gcloud)$/

/** `docker cp` and `docker container cp` take them too. */
const copies = (words: ReadonlyArray<Value>): boolean => words.slice(1, 6).some((word) => known(word) === "cp")

/** Programs without a table that search below directories, or here. */
const searches = /^(?:ag|ack|ack-grep|ugrep|ug|pt|sift|rgrep|hg)$/

/** Where a program looks for what a pattern of its own matches. */
const rootOf = (word: Value): Value => {
  const wild = word.literal ? word.text.search(/[*?[{]/) : -1
  return wild === -1 ? word : plain(word.text.slice(0, word.text.slice(0, wild).lastIndexOf("/") + 1) || ".")
}

const lastOf = (word: Value): Pick<Below, "patterns"> => {
  const last = baseName(word.text)
  return rootOf(word) === word || /[{[]/.test(last) ? {} : { patterns: [last] }
}

/** Programs, and options of others, that rewrite the files below a directory. */
const rewrites = /^(?:black|isort|autopep8|yapf|rustfmt)$/
const rewriting = /^(?:-w|-i|--write|--fix|--in-place|-A|--autocorrect|--autocorrect-all)$/

/** Through a link, all that it leads to can be read and changed under another name; it is seen from where the link is. */
const belowOfLinked = (found: Use, scope: Scope, context: Working): ReadonlyArray<PathJudgement> => {
  const [link, ...sources] = found.paths.map(({ value }) => value).toReversed()
  const places = (link?.values ?? []).flatMap((text) =>
    (scope.directories ?? []).map((directory) => {
      const place = join(directory, text)
      return context.facts.entries(place) === undefined ? parent(place) : place
    })
  )
  const named = sources.flatMap(({ values = [] }) => values).filter((text) => !text.startsWith("/"))
  const seen = places.flatMap((place) => named.map((text) => plain(join(place, text))))
  const all = [...sources, ...seen]
  return [
    ...seen.flatMap((value) => judgePaths(value, "read", scope, context)),
    ...all.flatMap((value) => judgePaths(value, "act", scope, context)),
    ...belowOf(all, { access: "read", hidden: true }, scope, context),
    ...belowOf(all, { access: "act", hidden: true }, scope, context)
  ]
}

/** The files that go along when a directory is copied, moved, changed or removed. */
export const belowOfWhole = (words: ReadonlyArray<Value>, found: Use | undefined, scope: Scope, context: Working) => {
  const name = known(words[0]) ?? ""
  const read: Below = { access: "read", hidden: true }
  if (found === undefined) {
    const isChanging = rewrites.test(name) || words.some((word) => rewriting.test(known(word) ?? ""))
    return [
      ...(takesDirectories.test(name) || (/^(?:docker|podman|nerdctl|kubectl|oc)$/.test(name) && copies(words))
        ? belowOf(words.slice(1), read, scope, context)
        : []),
      ...(searches.test(name) ? belowOf([plain("."), ...words.slice(1)], read, scope, context) : []),
      ...(isChanging
        ? words
            .slice(1)
            .flatMap((word) =>
              belowOf([rootOf(word)], { access: "act", hidden: true, ...lastOf(word) }, scope, context)
            )
        : [])
    ]
  }
  if (name === "ln") return belowOfLinked(found, scope, context)
  const acted = found.paths.flatMap(({ access, value }) => (access === "act" ? [value] : []))
  if (acted.length === 0 || leavesContent.test(name)) return []
  if (name !== "cp" && name !== "mv") return belowOf(acted, { access: "act", hidden: true }, scope, context)
  const sources = found.paths.slice(0, -1).map(({ value }) => value)
  return [
    ...belowOf(sources, read, scope, context),
    ...(name === "mv" ? belowOf(sources, { access: "act", hidden: true }, scope, context) : [])
  ]
}

/** Files keep their names where they are copied or moved into a directory. */
export const judgeTargets = (words: ReadonlyArray<Value>, found: Use | undefined, scope: Scope, context: Working) => {
  if (!/^(?:cp|mv|ln)$/.test(known(words[0]) ?? "") || found === undefined) return []
  const [target, ...sources] = found.paths.map(({ value }) => value).toReversed()
  const moved = known(words[0]) === "mv" ? sources.flatMap((value) => judgePaths(value, "read", scope, context)) : []
  const kept = sources.flatMap(({ values = [] }) => values.map(baseName))
  const written = (target?.values ?? [])
    .flatMap((text) => (scope.directories ?? []).map((directory) => join(directory, text)))
    .filter((place) => context.facts.entries(context.facts.realPath(place) ?? place) !== undefined)
    .flatMap((place) => kept.map((name) => judgePlace(join(place, name), "act", context)))
  const put = target === undefined || written.length > 0 ? written : judgePaths(target, "act", scope, context)
  for (const { path } of put) context.effort.traces.written.add(path)
  return [...moved, ...written]
}

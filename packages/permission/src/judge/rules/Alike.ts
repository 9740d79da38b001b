/**
 * Other words for the command that a rule forbids: its other names, the place of its options, and its place among others.
 * `npm install *` also means `npm --silent i x`, and `make deploy*` also `make clean deploy`.
 */
import { baseName } from "../Locations.ts"
import { once } from "../Remembered.ts"

/** Phrases that a command may begin with, and that mean the same. */
const phrases: ReadonlyArray<ReadonlyArray<string>> = [
  [
    "npm install",
    "npm add",
    "npm i",
    "npm in",
    "npm isntall",
    "npm install-test",
    "npm it",
    "npm install-ci-test",
    "npm cit",
    "npm sit",
    "npm clean-install-test"
  ],
  ["npm ci", "npm clean-install", "npm ic", "npm install-clean", "npm isntall-clean"],
  ["npm run", "npm run-script", "npm rum", "npm urn"],
  ["npm uninstall", "npm unlink", "npm remove", "npm rm", "npm r", "npm un"],
  ["npm update", "npm up", "npm upgrade", "npm udpate"],
  ["npm test", "npm tst", "npm t", "npm run test", "npm run-script test"],
  ["npm exec", "npm x", "npx"],
  ["npm init", "npm create", "npm innit"],
  ["npm config", "npm c"],
  ["npm version", "npm verison"],
  ["pnpm install", "pnpm i"],
  ["pnpm remove", "pnpm rm", "pnpm uninstall", "pnpm un"],
  ["pnpm", "pnpm recursive", "pnpm multi", "pnpm m"],
  ["pnpm dlx", "pnpx"],
  ["yarn", "yarnpkg", "yarn npm"],
  ["bun install", "bun i", "bun add", "bun a"],
  ["bun remove", "bun rm"],
  ["bun x", "bunx"],
  ["uv tool run", "uvx"],
  ["pip", "python -m pip", "uv pip"],
  ["pytest", "python -m pytest", "py.test"],
  ["docker compose", "docker-compose"],
  ["docker container", "docker"],
  ["docker rm", "docker container rm", "docker container remove"],
  ["docker ps", "docker container ls", "docker container list", "docker container ps"],
  ["docker rmi", "docker image rm", "docker image remove"],
  ["docker images", "docker image ls", "docker image list"],
  ["docker builder build", "docker build", "docker buildx build", "docker image build"],
  ["docker push", "docker image push"],
  ["docker pull", "docker image pull"],
  ["docker tag", "docker image tag"],
  ["docker save", "docker image save"],
  ["docker load", "docker image load"],
  ["docker volume rm", "docker volume remove"],
  ["docker network rm", "docker network remove"],
  ["helm uninstall", "helm delete", "helm del", "helm un"],
  ["terraform destroy", "terraform apply -destroy", "terraform apply --destroy"],
  ["tofu destroy", "tofu apply -destroy", "tofu apply --destroy"],
  ["gcloud", "gcloud beta", "gcloud alpha"],
  ["gh pr create", "gh pr new"],
  ["gh issue create", "gh issue new"],
  ["gh pr list", "gh pr ls"],
  ["gh issue list", "gh issue ls"],
  ["cargo build", "cargo b"],
  ["cargo run", "cargo r"],
  ["cargo test", "cargo t"],
  ["cargo check", "cargo c"],
  ["cargo doc", "cargo d"],
  ["cargo remove", "cargo rm"],
  ["composer require", "composer r"],
  ["composer install", "composer i"],
  ["composer update", "composer u", "composer upgrade"],
  ["composer exec", "composer x"],
  ["apt", "apt-get"],
  ["brew uninstall", "brew remove", "brew rm"],
  ["git add", "git stage"],
  ["git remote remove", "git remote rm"],
  ["git pull --rebase", "git pull -r"],
  ["source", "."],
  ["make", "gmake"],
  ["node", "nodejs"],
  ["sed", "gsed"],
  ["find", "gfind"],
  ["tar", "gtar", "bsdtar"],
  ["vim", "vi"]
]

/** Programs that are also called with their version, and Python with that of its language. */
const versioned = /^(python|pip|php|ruby|perl|lua|gcc|g\+\+|clang|node)-?(\d+)[\d.]*$/

/** Programs that take a shortened command for the whole one, and the least letters of it. */
const shortened: Readonly<Record<string, number>> = { npm: 2, composer: 3, ip: 1, hg: 2, rails: 1, artisan: 3 }

/** Programs of which each operand is a command by itself. */
const takesMany = /^(?:make|gmake|rake|rails|mvn|mvnw|gradle|gradlew|just|task|ninja|ant|invoke|grunt|gulp)$/

const maximumWays = 24

const begins = (words: ReadonlyArray<string>, phrase: ReadonlyArray<string>): boolean =>
  phrase.every((word, at) => words[at] === word)

/** The words that a pattern begins with, in each of their other ways. The last may be only a beginning. */
export interface Head {
  readonly wanted: ReadonlyArray<string>
  readonly isOpen: boolean
  /** As the pattern has it. */
  readonly written: ReadonlyArray<string>
}

type Group = ReadonlyArray<ReadonlyArray<string>>

const divided: ReadonlyArray<Group> = phrases.map((group) => group.map((phrase) => phrase.split(" ")))

/** The groups in which a phrase begins with the word: most words begin none. */
const groupsOf: ReadonlyMap<string | undefined, ReadonlyArray<Group>> = new Map(
  divided.flat().map(([first]) => [first, divided.filter((group) => group.some((phrase) => phrase[0] === first))])
)

const commands: ReadonlySet<string> = new Set(phrases.flat())

const headOf = (pattern: string): Head | undefined => {
  const words = pattern.split(" ")
  const end = words.findIndex((word, at) => /[*?]/.test(word) || (at > 0 && word === "--"))
  const last = end === -1 ? undefined : words[end]
  const isOpen = last !== undefined && /^[^*?-][^*?]*\*$/.test(last)
  const written = [...words.slice(0, end === -1 ? undefined : end), ...(isOpen ? [last.slice(0, -1)] : [])]
  const options = written.findIndex((word, at) => at > 0 && word.startsWith("-"))
  const kept = options === -1 ? written : written.slice(0, options)
  return kept.length === 0 || kept[0] === ""
    ? undefined
    : { wanted: kept, isOpen: isOpen && options === -1, written: kept }
}

/** All ways to begin as the pattern does. */
const headsOf = (pattern: string): ReadonlyArray<Head> => {
  const head = headOf(pattern)
  if (head === undefined) return []
  const found: Array<ReadonlyArray<string>> = [head.wanted]
  for (const words of found)
    for (const group of groupsOf.get(words[0]) ?? [])
      for (const phrase of group.filter((one) => begins(words, one)))
        for (const other of group) {
          const way = [...other, ...words.slice(phrase.length)]
          const isKnown = found.some((one) => one.length === way.length && begins(one, way))
          if (!isKnown && found.length < maximumWays) found.push(way)
        }
  // One word alone stands for itself without any of this.
  return found
    .slice(head.wanted.length === 1 && !versioned.test(head.wanted[0] ?? "") ? 1 : 0)
    .map((wanted) => ({ ...head, wanted }))
}

/** A program without its version. */
const stemOf = (name: string): string => versioned.exec(name)?.[1] ?? name

/** Programs that have a phrase in common, directly or by way of others, under the name of one of them. */
const families: ReadonlyMap<string, string> = divided.reduce((known, group) => {
  const [one = "", ...others] = group.map(([first = ""]) => known.get(first) ?? first)
  const isOther = new Set(others)
  for (const [name, family] of known) if (isOther.has(family)) known.set(name, one)
  for (const [first = ""] of group) known.set(first, one)
  return known
}, new Map<string, string>())

const familyOf = (name: string): string => families.get(stemOf(name)) ?? stemOf(name)

/** Gives the heads that a program of this name may begin with. */
export type HeadsFor = (own: string) => ReadonlyArray<Head>

/** All ways to begin as the patterns do: found for each program when it is asked for, since there may be thousands. */
export const headsFor = (patterns: ReadonlyArray<string>): HeadsFor => {
  const firsts = Map.groupBy(patterns, (pattern) => {
    const first = pattern.split(" ", 1)[0] ?? ""
    return /[*?]/.test(first) ? "*" : familyOf(first)
  })
  return once((own) => {
    const stem = stemOf(own)
    const near = [...(firsts.get(familyOf(own)) ?? []), ...(firsts.get("*") ?? [])]
    const heads = near
      .flatMap(headsOf)
      .filter(({ isOpen, wanted: [first = "", ...rest] }) =>
        isOpen && rest.length === 0 ? own.startsWith(first) : stemOf(first) === stem
      )
    // Many rules begin alike, e.g. with `npm run`.
    const keyOf = ({ isOpen, wanted, written }: Head) => [isOpen, ...wanted, "\n", ...written].join(" ")
    return [...new Map(heads.map((head) => [keyOf(head), head])).values()]
  })
}

/** An option; `yarn workspace NAME` says only where, as an option with a value does. */
const isOption = (word: string | undefined): boolean => /^(?:[-+].|workspaces?$)/.test(word ?? "")

/** A name that git would take for a file, when no branch is called so. */
const isFileName = (word: string): boolean => /^\.$|\/$|\.[A-Za-z]\w*$/.test(word) && !isOption(word)

/** Does the mode give all rights to all, in letters or in digits? */
const isForAll = (mode: string): boolean => {
  if (/^0*[0-7]?777$/.test(mode)) return true
  const clauses = [...mode.matchAll(/(?:^|,)([ugoa]*)[+=]([rwxXst]+)(?=,|$)/g)]
  const has = (who: string, right: string) =>
    clauses.some(
      ([, to = "", rights = ""]) => (to === "" || to.includes("a") || to.includes(who)) && rights.includes(right)
    )
  return ["u", "g", "o"].every((who) => ["r", "w", "x"].every((right) => has(who, right)))
}

/** The words with what they leave out or hold in one: `python3 -Im pip`, and files behind `git checkout`. */
const written = (words: ReadonlyArray<string>): ReadonlyArray<string> => {
  const [name = "", command] = words
  const own = baseName(name)
  if (/^python[\d.]*$/.test(own))
    return words.flatMap((word) => {
      const module = /^-[A-Za-z]*m(.*)$/.exec(word)?.[1]
      return module === undefined ? [word] : ["-m", ...(module === "" ? [] : [module])]
    })
  if (own === "chmod") return words.map((word, at) => (at > 0 && isForAll(word) ? "777" : word))
  if (command !== "checkout" || own !== "git") return words
  const rest = words.slice(2)
  return !rest.includes("--") && rest.some(isFileName) ? [name, command, "--", ...rest] : words
}

/** Does the word stand for the one that is wanted? */
const standsFor = (word: string, wanted: string, isWhole: boolean, least: number | undefined): boolean =>
  word === wanted ||
  word === `./${wanted}` ||
  (!isWhole && word.startsWith(wanted)) ||
  (least !== undefined && word.length >= least && wanted.startsWith(word))

/** Is it the same program, perhaps called with its version? */
const isNamed = (word: string, name: string): boolean => {
  const base = baseName(word)
  if (base === name) return true
  const [own, other] = [versioned.exec(base), versioned.exec(name)]
  if ((own?.[1] ?? base) !== (other?.[1] ?? name)) return false
  return own === null || other === null || own[2] === other[2]
}

/** The words behind the head, where the words begin with it, whatever options stand between. */
const behindHead = (words: ReadonlyArray<string>, { isOpen, wanted }: Head): ReadonlyArray<string> | undefined => {
  const [name, ...rest] = wanted
  const own = baseName(words[0] ?? "")
  if (name === undefined || (isOpen && rest.length === 0 ? !own.startsWith(name) : !isNamed(own, name)))
    return undefined
  const least = Object.hasOwn(shortened, own) ? shortened[own] : undefined
  let at = 1
  for (const [index, one] of rest.entries()) {
    const isWhole = !isOpen || index < rest.length - 1
    const isThere = (place: number) => {
      const word = words[place] ?? ""
      // What is a command by itself is not another one, shortened.
      return standsFor(word, one, isWhole, index > 0 || commands.has(`${own} ${word}`) ? undefined : least)
    }
    while (at < words.length && !isThere(at)) {
      if (!isOption(words[at]) && !(isOption(words[at - 1]) && !words[at - 1]?.includes("="))) return undefined
      at++
    }
    if (at >= words.length) return undefined
    at++
  }
  return words.slice(at)
}

/** The command as the patterns begin that could mean it. */
export const asHeads = (words: ReadonlyArray<string>, heads: HeadsFor): ReadonlyArray<ReadonlyArray<string>> =>
  manyOf(written(words)).flatMap((one) =>
    heads(baseName(one[0] ?? "")).flatMap((head) => {
      const rest = behindHead(one, head)
      return rest === undefined ? [] : [[...head.written.slice(0, -1), lastOf(one, head, rest), ...rest]]
    })
  )

/** Of an open end, the word as it is written. */
const lastOf = (
  words: ReadonlyArray<string>,
  { isOpen, wanted, written }: Head,
  rest: ReadonlyArray<string>
): string => {
  const last = written.at(-1) ?? ""
  const word = words[words.length - rest.length - 1] ?? ""
  return isOpen && wanted.at(-1) === last && word.startsWith(last) ? word : last
}

const maximumOperands = 32

/** Clients that take several kinds of things at once, and their command before them. */
const takesKinds = /^(?:kubectl|oc)$/

/** Each of several commands, or things, as if it were alone; a task may have its place before it. */
const manyOf = (words: ReadonlyArray<string>): ReadonlyArray<ReadonlyArray<string>> => {
  const name = words[0] ?? ""
  const base = baseName(name)
  if (!takesMany.test(base) && !takesKinds.test(base)) return [words]
  const operands = words.slice(1, 1 + maximumOperands).filter((word) => !isOption(word))
  if (takesKinds.test(base)) {
    const kinds = operands.slice(1).flatMap((word) => word.split(","))
    return [words, ...operands.slice(0, 3).flatMap((command) => kinds.map((kind) => [name, command, kind]))]
  }
  return [
    words,
    ...operands.map((word) => [name, word]),
    ...operands.map((word) => [name, word.replace(/^.*:(?=.)/, "")])
  ]
}

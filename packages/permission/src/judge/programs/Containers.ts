/** Words of a container's client that name places in the container, which are none on this machine. */
import { known, type Value } from "../words/Value.ts"

const clients = /^(?:docker|podman|nerdctl|docker-compose)$/

/** For these `//package:target` names a target of the project. */
const builders = /^(?:bazel|bazelisk|buck2)$/

/** Options of `exec` whose value is of the container, or a text. */
const ofContainer = /^(?:-u|-w|-e|--user|--workdir|--env|--index)$/

/** A file of services, or a stack of them, that comes in through the pipe may name any place of this machine. */
export const takesServices = (words: ReadonlyArray<Value>): boolean =>
  (clients.test(known(words[0]) ?? "") &&
    words.some(
      (word, at) =>
        /^(?:-f|--file|-c|--compose-file)$/.test(known(words[at - 1]) ?? "") &&
        known(word) === "-" &&
        !/^(?:build|buildx|image)$/.test(known(words[1]) ?? "")
    )) ||
  words.some(
    (word) =>
      /^(?:-f-|-c-|--(?:compose-)?file=-)$/.test(known(word) ?? "") && /^(?:compose|stack)$/.test(known(words[1]) ?? "")
  )

const flags = /^(?:-[itdT]+|--interactive|--tty|--detach|--privileged|--no-TTY)$/

const mount = /^((?:--volume|-v)=?)?(\/[^:]*|\.\.?(?:\/[^:]*)?):\/[^:]*(?::[\w,]+)?$/

/** Of `SOURCE:TARGET` the source. */
const sourceOf = (word: Value): Value => {
  const sources = word.values?.map((one) => mount.exec(one)?.[2])
  return sources?.every((one) => one !== undefined) === true ? { ...word, values: sources } : word
}

const isBehind = (words: ReadonlyArray<Value>, at: number, option: RegExp): boolean =>
  option.test(known(words[at - 1]) ?? "")

/** The words that may name places of this machine. */
export const hostWords = (words: ReadonlyArray<Value>): ReadonlyArray<Value> => {
  const [name, ...rest] = words
  if (builders.test(known(name) ?? "")) return rest.filter((word) => !word.beginning.startsWith("//"))
  if (!clients.test(known(name) ?? "")) return rest
  const [first, second] = rest.map((word) => known(word))
  if (first === "cp" || (first === "container" && second === "cp"))
    return rest.filter((word) => !/^[\w.-]+:\//.test(word.beginning))
  const exec = first === "exec" ? 0 : /^(?:compose|container)$/.test(first ?? "") && second === "exec" ? 1 : -1
  if (exec !== -1) {
    const isPlain = (word: Value) =>
      !word.beginning.startsWith("-") || flags.test(known(word) ?? "") || ofContainer.test(known(word) ?? "")
    const container = rest.findIndex(
      (word, at) => at > exec && !word.beginning.startsWith("-") && !isBehind(rest, at, ofContainer)
    )
    return container === -1 || !rest.slice(exec, container).every(isPlain)
      ? rest
      : rest.slice(0, container).filter((_, at) => !isBehind(rest, at, ofContainer))
  }
  const runs = /^(?:run|create)$/.test(known(rest[0]) ?? "")
  const isDirectoryThere = (word: Value, at: number) =>
    runs && isBehind(rest, at, /^(?:-w|--workdir)$/) && /^\/[\w./-]*$/.test(known(word) ?? "")
  return rest.flatMap((word, at) =>
    isDirectoryThere(word, at)
      ? []
      : isBehind(rest, at, /^(?:-v|--volume)$/) || mount.exec(known(word) ?? "")?.[1] !== undefined
        ? [sourceOf(word)]
        : [word]
  )
}

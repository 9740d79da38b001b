/** Variables under which git looks at a repository and runs nothing that the repository names. */

/** In the order in which they are set: later ones do not matter for earlier ones. */
const settings: ReadonlyArray<readonly [name: string, value: string]> = [
  ["core.fsmonitor", "false"],
  ["core.hooksPath", "/dev/null"],
  ["core.pager", "cat"],
  ["log.showSignature", "false"],
  // A directory that looks like a repository is none unless it is named as one.
  ["safe.bareRepository", "explicit"],
  // What is missing in a partial clone is not fetched.
  ["protocol.allow", "never"]
]

/**
 * For lines that only look. They go before the settings of the repository, and git does not hand them on to submodules;
 * what they cannot switch off (drivers and filters have names of their own) is asked before.
 */
export const quietGit: Readonly<Record<string, string>> = {
  GIT_OPTIONAL_LOCKS: "0",
  GIT_NO_LAZY_FETCH: "1",
  GIT_CONFIG_COUNT: String(settings.length),
  ...Object.fromEntries(
    settings.flatMap(([name, value], at) => [
      [`GIT_CONFIG_KEY_${at}`, name],
      [`GIT_CONFIG_VALUE_${at}`, value]
    ])
  )
}

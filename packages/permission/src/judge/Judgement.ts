/** What is decided about a line of shell, and what the decision looks at besides the line. */
import type { Action, Decision, Layer, Options, Rule } from "../Rules.ts"
import type { HeadsFor } from "./rules/Alike.ts"
import type { PatternsFor } from "./rules/Forms.ts"
import type { Traces } from "./places/Traces.ts"

/** What was decided about one simple command. */
export interface CommandJudgement {
  /** The words as far as they are known; what is only known when it runs stands as it was written. */
  readonly argv: ReadonlyArray<string>
  /** The words with blanks between them: what the rules of `bash` see. */
  readonly text: string
  readonly action: Action
  readonly rule?: Rule
  readonly origin?: string
  readonly why: string
}

/** What was decided about one path that a command reads or writes. */
export interface PathJudgement {
  /** The real path. */
  readonly path: string
  readonly access: "read" | "write"
  readonly outside: boolean
  readonly action: Action
  readonly rule?: Rule
  readonly origin?: string
  readonly why: string
}

/** What was decided about a whole line: the worst of its commands and paths. */
export interface Judgement {
  readonly action: Action
  readonly why: string
  readonly commands: ReadonlyArray<CommandJudgement>
  readonly paths: ReadonlyArray<PathJudgement>
  /** Where the rules are from that have decided, if rules did. */
  readonly origins: ReadonlyArray<string>
  /** Patterns for `bash` that would have allowed the asked commands, to be shown and saved as they are. Empty when no rule could. */
  readonly offers: ReadonlyArray<string>
  /** Every program in the line has a table, and git only reads: hooks and helpers of the repository may be switched off. */
  readonly onlyLooks: boolean
}

/** One name in a directory; a link is not followed, and whatever is neither a link nor a directory is a file. */
export interface Entry {
  readonly name: string
  readonly kind: "file" | "directory" | "link"
}

/** What the decision has to know of the disk. All paths are absolute. */
export interface Facts {
  /** Where a path leads, links followed as the kernel does, also when its end does not exist; undefined when it cannot be followed. */
  readonly realPath: (path: string) => string | undefined
  /** What is in a directory; undefined when it is none or cannot be read. */
  readonly entries: (directory: string) => ReadonlyArray<Entry> | undefined
  /** The text of a small file; undefined when there is none. */
  readonly text: (path: string) => string | undefined
  /** The file that a bare name of a program stands for; undefined when there is none. */
  readonly program: (name: string) => string | undefined
}

/** What is known of the rules of one layer about one permission. */
export interface Prepared {
  /** Those that could match a value, in their order. */
  readonly near: (value: string) => ReadonlyArray<Rule>
  /** May it deny or ask about a command whose first word is this? */
  readonly mayForbid: (first: string) => boolean
  /** Rules that deny or ask. */
  readonly forbidding: ReadonlyArray<Rule>
  /** What their patterns begin with, in each of its ways. */
  readonly heads: HeadsFor
  /** Those of their patterns that name options. */
  readonly patterns: PatternsFor
}

/** Prepared once for each layer and permission, for as long as a judgement takes. */
export type Preparations = WeakMap<Layer, Map<string, Prepared>>

/** What one judgement may still look at, and what it has seen: so that no line takes long. */
export interface Effort {
  /** Paths and names of files. */
  left: number
  readonly below: Map<string, ReadonlyArray<PathJudgement>>
  readonly places: Map<string, PathJudgement>
  readonly rules: Preparations
  /** The same layers without rules that forbid everything, which say nothing of how a command is written. */
  readonly named: WeakMap<ReadonlyArray<Layer>, ReadonlyArray<Layer>>
  /** Why git should not look at a directory, where there is a reason. */
  readonly risks: Map<string, string | undefined>
  readonly decisions: WeakMap<ReadonlyArray<Layer>, Map<string, Decision>>
  readonly traces: Traces
}

/** Where a line would run, and under which rules. */
export interface Context {
  /** Where the line starts, as a real path. */
  readonly directory: string
  /** The real path of what counts as inside. */
  readonly project: string
  readonly home: string
  /** All that are in force, in their order; what people have answered comes last. */
  readonly layers: ReadonlyArray<Layer>
  /** What patterns of rules mean here. */
  readonly patterns?: Options
  readonly facts: Facts
  /** The words of a command that a saved rule may begin with; undefined when none may. */
  readonly savable?: (argv: ReadonlyArray<string>) => ReadonlyArray<string> | undefined
}

/** A context while a line is judged in it. */
export interface Working extends Context {
  readonly effort: Effort
}

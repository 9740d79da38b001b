/**
 * What a line of shell does, as far as it can be known without running it.
 *
 * The same line always gives the same value, whichever parser read it: a list of one step is that step, the last step of
 * a sequence ends with `end`, neighbouring texts of one kind are one, brace lists are already several words.
 */

/** A part of a word. */
export type Piece =
  | Text
  /** An unquoted `*`, `?` or `[...]`, as written. */
  | { readonly _tag: "Glob"; readonly text: string }
  /** An unquoted `~` or `~user` at the start of a word; the user is empty for one's own. */
  | { readonly _tag: "Tilde"; readonly user: string }
  /** `$NAME`, `${NAME}`, `$?` or `$#`. */
  | { readonly _tag: "Variable"; readonly name: string; readonly quoted: boolean }
  /** The output of commands: `$(...)` and backquotes (`command`), or a file that holds it: `<(...)` (`input`). */
  | {
      readonly _tag: "Substitution"
      readonly kind: "command" | "input"
      readonly script: Script
      readonly quoted: boolean
    }
  /** `$((...))` with nothing but numbers in it. */
  | { readonly _tag: "Number"; readonly quoted: boolean }

/** Plain text, without its quotes and backslashes. */
export interface Text {
  readonly _tag: "Text"
  readonly text: string
  readonly quoted: boolean
}

/** One word as bash divides a line, before it replaces variables and globs. */
export interface Word {
  readonly pieces: ReadonlyArray<Piece>
  /** As written. The words of one brace list share it. */
  readonly source: string
}

/** `2>file`, `<<EOF`, `<<<word`. The target of a heredoc is its delimiter. */
export interface Redirection {
  readonly operator: ">" | ">>" | ">|" | "<" | ">&" | "<&" | "&>" | "&>>" | "<<" | "<<-" | "<<<"
  readonly descriptor?: number
  readonly target: Word
  /** What a heredoc or a here-string gives to the command. */
  readonly body?: Word
}

/** Do they give what follows another input than the pipe? */
export const givesInput = (redirections: ReadonlyArray<Redirection>): boolean =>
  redirections.some(({ descriptor, operator }) => operator.startsWith("<") || descriptor === 0)

/** May errors go where the output goes? */
export const mixesErrors = (redirections: ReadonlyArray<Redirection>): boolean =>
  redirections.some(
    ({ descriptor, operator, target }) =>
      (descriptor === 2 && (operator === ">&" || !/^(?!\/dev\/(?!null$))/.test(textOf(target) ?? "/dev/"))) ||
      operator.startsWith("&>")
  )

/** `NAME=value` before a command. */
export interface Assignment {
  readonly name: string
  readonly value: Word
}

/** One command with its words. Of `[` and `[[` the brackets and operators are words too. */
export interface SimpleCommand {
  readonly _tag: "Command"
  readonly assignments: ReadonlyArray<Assignment>
  readonly words: ReadonlyArray<Word>
  readonly redirections: ReadonlyArray<Redirection>
}

/** A step and what stands between it and the next one; a new line counts as `;`. */
export interface Item {
  readonly step: Step
  readonly next: ";" | "&&" | "||" | "end"
}

/** Steps one after the other; `&&` and `||` bind equally, from left to right, and tighter than `;`. */
export interface Sequence {
  readonly _tag: "Sequence"
  readonly items: ReadonlyArray<Item>
}

/** A condition and what follows when it holds. */
export interface Branch {
  readonly condition: Step
  readonly body: Step
}

/** What `case` does for some patterns. */
export interface Arm {
  readonly patterns: ReadonlyArray<Word>
  /** Absent where nothing is done. */
  readonly body?: Step
}

/** Anything that can be run. */
export type Step =
  | SimpleCommand
  | Sequence
  | { readonly _tag: "Pipeline"; readonly steps: ReadonlyArray<Step> }
  | { readonly _tag: "Subshell"; readonly body: Step; readonly redirections: ReadonlyArray<Redirection> }
  | { readonly _tag: "Group"; readonly body: Step; readonly redirections: ReadonlyArray<Redirection> }
  | { readonly _tag: "Not"; readonly body: Step }
  | {
      readonly _tag: "If"
      /** `if` and each `elif`. */
      readonly branches: ReadonlyArray<Branch>
      readonly otherwise?: Step
      readonly redirections: ReadonlyArray<Redirection>
    }
  | {
      readonly _tag: "Loop"
      readonly kind: "while" | "until"
      readonly condition: Step
      readonly body: Step
      readonly redirections: ReadonlyArray<Redirection>
    }
  | {
      readonly _tag: "For"
      readonly variable: string
      readonly words: ReadonlyArray<Word>
      readonly body: Step
      readonly redirections: ReadonlyArray<Redirection>
    }
  | {
      readonly _tag: "Case"
      readonly word: Word
      readonly arms: ReadonlyArray<Arm>
      readonly redirections: ReadonlyArray<Redirection>
    }

/** All that a line runs. */
export type Script = Step

/** The text of a word of which nothing is replaced when it runs, else undefined. */
export const textOf = (word: Word): string | undefined =>
  word.pieces.every((piece) => piece._tag === "Text") ? word.pieces.map((piece) => piece.text).join("") : undefined

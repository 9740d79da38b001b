/** The form of the table: what is known of a family of programs. Data only; `Arity.ts` reads it. */

/**
 * How many words say what is done: a count from the front, 0 when nothing may be saved because what runs is in the
 * rest; `targets`: all plain words, each is something to do (`make clean test`); `program`: the prefix, then what
 * the program named after it keeps (`bundle exec rspec`).
 */
export type Keep = number | "targets" | "program"

/** The longest prefix decides. With an example written by hand, and what is saved for it (empty: nothing). */
export type Row = readonly [prefix: string, keep: Keep, example: string, saved: string]

/** Options between the words that do not change what is done: those that stand alone, those with a value, an example and what is left of it. */
export type GlobalFlags = readonly [prefix: string, alone: string, valued: string, example: string, left: string]

/** Another name for a program, with an example. */
export type Alias = readonly [name: string, program: string, example: string, saved: string]

/** Programs that people meet together. */
export interface Family {
  readonly rows: ReadonlyArray<Row>
  readonly flags: ReadonlyArray<GlobalFlags>
  readonly aliases: ReadonlyArray<Alias>
}

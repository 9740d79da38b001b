/** How a line of shell is judged: as the `bash` tool would, in its environment. */
import { homedir } from "node:os"
import type { PathJudgement as Judged, Rules } from "@rein/permission"
import { Bash } from "@rein/tools"
import * as ShellLine from "@rein/tools/ShellLine"

/** A path that is read or written, as it really is. */
export type PathJudgement = Pick<Judged, "path" | "access" | "outside">

/** Judges one line. */
export type LineJudge = ShellLine.ShellLine

/** In a few words, which rule decided. */
export const reasonOf = ({ origin, rule }: Pick<Rules.Decision, "origin" | "rule">): string =>
  rule === undefined
    ? "no rule matches, so it is asked"
    : `rule ${rule.permission} ${rule.pattern} of ${origin ?? "the runtime"}`

/** The judge of this machine. */
export const make = ShellLine.make({ path: Bash.cleaned(process.env)["PATH"] ?? "", home: homedir() })

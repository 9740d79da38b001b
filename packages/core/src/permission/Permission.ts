/** May a call touch what it wants to touch? Rules first, then people; never the other way round. */
import { Context, Effect, Layer, Schema } from "effect"
import type { Agent } from "../agent/Agents.ts"
import { Questions } from "../question/Questions.ts"
import { type Decided, shortValues } from "../schema/Decided.ts"
import { QuestionId } from "../schema/Ids.ts"
import type { PermissionRequest } from "../schema/Question.ts"
import type { OpenSession } from "../session/OpenSession.ts"
import type { StoreError } from "../session/SessionStore.ts"
import { SavedAnswers } from "../settings/SavedAnswers.ts"
import { Settings } from "../settings/Settings.ts"
import type { PermissionNeed } from "../tool/Tool.ts"
import { answers, judge, type Judged, type Part } from "./Judgement.ts"

/** The call was not allowed. `stop`: a person rejected without a message, so the turn ends. */
export class Declined extends Schema.TaggedError<Declined>("@rein/core/permission/Permission/Declined")("Declined", {
  permission: Schema.String,
  patterns: Schema.Array(Schema.String),
  by: Schema.Literals(["rule", "person", "nobody"]),
  why: Schema.String,
  stop: Schema.Boolean,
  /** The rule that denied it, and where that comes from. */
  rule: Schema.optionalKey(Schema.Struct({ permission: Schema.String, pattern: Schema.String })),
  origin: Schema.optionalKey(Schema.String),
  question: Schema.optionalKey(QuestionId)
}) {
  override get message() {
    return `${this.permission} was declined by ${this.by === "rule" ? "a rule" : this.by === "person" ? "the user" : "default, because nobody could be asked"}: ${this.why}`
  }
}

/** What is to be allowed, and for whom. */
export interface Authorization {
  readonly session: OpenSession
  readonly agent: Agent
  readonly request: PermissionRequest
  /** Decides in place of the values of the request. */
  readonly judge?: PermissionNeed["judge"]
  /** Only a rule that names the permission, without a wildcard, can allow it: who allows everything has not thought of it. */
  readonly byName?: true
}

/** Decides on a request as a whole: one part that is denied denies all of it. */
export class Permission extends Context.Service<
  Permission,
  {
    /** Says what allowed each part of the request; waits for a person where no rule decides. */
    readonly authorize: (authorization: Authorization) => Effect.Effect<ReadonlyArray<Decided>, Declined | StoreError>
  }
>()("@rein/core/permission/Permission") {}

const declined = (request: Part, by: Declined["by"], why: string, more: Partial<Declined> = {}) =>
  new Declined({ stop: false, ...more, permission: request.permission, patterns: request.patterns, by, why })

/** A rule, or an answer that was saved, has allowed it. */
const allowedByRule = ({ decision: { origin = "the runtime", rule }, part }: Judged): Decided => ({
  permission: part.permission,
  values: shortValues(part.patterns),
  by: "rule",
  origin,
  ...(rule === undefined ? {} : { rule: { permission: rule.permission, pattern: rule.pattern } })
})

const deniedByRule = ({ decision: { origin = "the runtime", rule, why }, part }: Judged): Declined => {
  const which = rule === undefined ? "" : ` (${rule.permission} ${rule.pattern})`
  return declined(part, "rule", why ?? `a rule of ${origin} denies it${which}`, {
    origin,
    ...(rule === undefined ? {} : { rule: { permission: rule.permission, pattern: rule.pattern } })
  })
}

const make = Effect.gen(function* () {
  const settings = yield* Settings
  const saved = yield* SavedAnswers
  const questions = yield* Questions

  /** By all that is in force now; what people have answered comes last. */
  const judgeNow = Effect.fnUntraced(function* ({ agent, byName, judge: decide, request, session }: Authorization) {
    const { approvals, directory } = session.state()
    const { lastRules = [], patterns, rules } = yield* settings.forDirectory(directory)
    const layers = [
      ...rules,
      { origin: `agent ${agent.name}`, rules: agent.rules },
      ...lastRules,
      answers("an answer for this project", yield* saved.of(directory)),
      answers("an answer for this session", approvals)
    ]
    return yield* judge(request, { layers, patterns }, { byName: byName === true, decide })
  })

  /** Puts it to a person, who says yes or no to all parts at once. */
  const ask = Effect.fnUntraced(function* (authorization: Authorization, parts: ReadonlyArray<Judged>) {
    const { request, session } = authorization
    const { details, offers } = parts[0]?.decision ?? {}
    const asked: PermissionRequest = {
      ...request,
      ...(details === undefined ? {} : { details }),
      ...(offers === undefined ? {} : { offers })
    }
    const isCovered = Effect.map(judgeNow(authorization), ({ action }) => action === "allow")
    const { answer, because, by, id: question } = yield* questions.ask(session, asked, isCovered)
    if (answer._tag === "reject") {
      const together = because === undefined ? "" : ", together with another question"
      const why = `${answer.message ?? "rejected without a message"}${together}`
      const stop = by !== "nobody" && answer.message === undefined
      return yield* declined(request, by === "nobody" ? "nobody" : "person", why, { stop, question })
    }
    const origin = because === undefined ? answer._tag : `covered by the answer to ${because}`
    return parts.map((judged): Decided => {
      const { rule: _undecided, ...rest } = allowedByRule(judged)
      return judged.decision.action === "allow"
        ? allowedByRule(judged)
        : { ...rest, by: by === "policy" ? by : "person", origin, question }
    })
  })

  return Permission.of({
    authorize: Effect.fnUntraced(function* (authorization) {
      const { action, parts } = yield* judgeNow(authorization)
      const denied = parts.find(({ decision }) => decision.action === "deny")
      if (denied !== undefined) {
        return yield* deniedByRule(denied) // guard: I7 core/test/loop/Permission.test.ts
      }
      return action === "allow" ? parts.map(allowedByRule) : yield* ask(authorization, parts)
    })
  })
})

/** Rules, then `Questions`. */
export const layer: Layer.Layer<Permission, never, Settings | Questions> = Layer.effect(Permission, make)

/** Everything may run, but for what must be allowed by name. For sandboxes and tests. */
export const layerAllowAll: Layer.Layer<Permission> = Layer.succeed(
  Permission,
  Permission.of({
    authorize: ({ byName, request }) => {
      if (byName === true) return Effect.fail(declined(request, "nobody", "Nobody is there to answer."))
      const { also = [], ...first } = request
      return Effect.succeed(
        [first, ...also].map(({ patterns, permission }) => ({
          permission,
          values: shortValues(patterns),
          by: "policy" as const,
          origin: "everything is allowed"
        }))
      )
    }
  })
)

/** Nothing may run. */
export const layerDenyAll: Layer.Layer<Permission> = Layer.succeed(
  Permission,
  Permission.of({
    authorize: ({ request }) => Effect.fail(declined(request, "rule", "everything is denied here"))
  })
)

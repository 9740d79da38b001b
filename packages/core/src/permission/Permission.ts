/** May a call touch what it wants to touch? Rules first, then people; never the other way round. */
import { type Rule, Rules } from "@rein/permission"
import { Context, Effect, Layer, Schema } from "effect"
import type { Agent } from "../agent/Agents.ts"
import { Questions } from "../question/Questions.ts"
import type { PermissionRequest } from "../schema/Question.ts"
import type { OpenSession } from "../session/OpenSession.ts"
import type { StoreError } from "../session/SessionStore.ts"
import { Settings } from "../settings/Settings.ts"

/** The call was not allowed. `stop`: a person rejected without a message, so the turn ends. */
export class Declined extends Schema.TaggedError<Declined>("@rein/core/permission/Permission/Declined")("Declined", {
  permission: Schema.String,
  patterns: Schema.Array(Schema.String),
  by: Schema.Literals(["rule", "person", "nobody"]),
  why: Schema.String,
  stop: Schema.Boolean
}) {
  override get message() {
    return `${this.permission} was declined by ${this.by === "rule" ? "a rule" : this.by === "person" ? "the user" : "default, because nobody could be asked"}: ${this.why}`
  }
}

export interface Authorization {
  readonly session: OpenSession
  readonly agent: Agent
  readonly request: PermissionRequest
  /** Only a rule that names the permission, without a wildcard, can allow it: who allows everything has not thought of it. */
  readonly byName?: true
}

export class Permission extends Context.Service<
  Permission,
  {
    /** Says what allowed the request; waits for a person where no rule decides. */
    readonly authorize: (authorization: Authorization) => Effect.Effect<string, Declined | StoreError>
  }
>()("@rein/core/permission/Permission") {}

/** A permission and the values it is wanted for. */
type Part = Pick<PermissionRequest, "permission" | "patterns">

const declined = (request: Part, by: Declined["by"], why: string, stop = false) =>
  new Declined({ permission: request.permission, patterns: request.patterns, by, why, stop })

/** Of no value at all nothing was ever approved. */
const isApproved = (session: OpenSession, { patterns, permission }: Part): boolean =>
  patterns.length > 0 &&
  patterns.every((value) =>
    session.state().approvals.some((one) => one.permission === permission && one.value === value)
  )

const isNoBlanketAllow = ({ action, permission }: Rule): boolean => action !== "allow" || !/[*?]/.test(permission)

const make = Effect.gen(function* () {
  const settings = yield* Settings
  const questions = yield* Questions

  const ask = Effect.fnUntraced(function* ({ request, session }: Authorization) {
    const { answer, by } = yield* questions.ask(session, request)
    if (answer._tag !== "reject") return `${by}: ${answer._tag}`
    const rejectedBy = by === "nobody" ? "nobody" : "person"
    return yield* declined(
      request,
      rejectedBy,
      answer.message ?? "rejected without a message",
      by !== "nobody" && answer.message === undefined
    )
  })

  return Permission.of({
    authorize: Effect.fnUntraced(function* (authorization) {
      const { agent, byName, request, session } = authorization
      const values = yield* settings.forDirectory(session.state().directory)
      const all = [...values.rules, { origin: `agent ${agent.name}`, rules: agent.rules }, ...(values.lastRules ?? [])]
      const layers =
        byName === true ? all.map((layer) => ({ ...layer, rules: layer.rules.filter(isNoBlanketAllow) })) : all
      const judged = [request, ...(request.also ?? [])].map((part) => ({
        part,
        decision: Rules.decide(layers, part.permission, part.patterns)
      }))
      const denied = judged.find(({ decision }) => decision.action === "deny")
      if (denied !== undefined) {
        const { origin, rule } = denied.decision
        const which = rule === undefined ? "" : ` (${rule.permission} ${rule.pattern})`
        return yield* declined(denied.part, "rule", `a rule of ${origin ?? "the runtime"} denies it${which}`) // guard: I7 core/test/loop/Permission.test.ts
      }
      const open = judged.filter(({ decision }) => decision.action === "ask")
      if (open.length === 0) return `rule of ${judged[0]?.decision.origin ?? "the runtime"}`
      if (open.every(({ part }) => isApproved(session, part))) return "approved for this session"
      return yield* ask(authorization)
    })
  })
})

/** Rules, then `Questions`. */
export const layer: Layer.Layer<Permission, never, Settings | Questions> = Layer.effect(Permission, make)

/** Everything may run, but for what must be allowed by name. For sandboxes and tests. */
export const layerAllowAll: Layer.Layer<Permission> = Layer.succeed(
  Permission,
  Permission.of({
    authorize: ({ byName, request }) =>
      byName === true
        ? Effect.fail(declined(request, "nobody", "Nobody is there to answer."))
        : Effect.succeed("everything is allowed")
  })
)

/** Nothing may run. */
export const layerDenyAll: Layer.Layer<Permission> = Layer.succeed(
  Permission,
  Permission.of({
    authorize: ({ request }) => Effect.fail(declined(request, "rule", "everything is denied here"))
  })
)

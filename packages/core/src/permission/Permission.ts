/** May a call touch what it wants to touch? Rules first, then people; never the other way round. */
import { Rules } from "@rein/permission"
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
}

export class Permission extends Context.Service<
  Permission,
  {
    /** Says what allowed the request; waits for a person where no rule decides. */
    readonly authorize: (authorization: Authorization) => Effect.Effect<string, Declined | StoreError>
  }
>()("@rein/core/permission/Permission") {}

const declined = (request: PermissionRequest, by: Declined["by"], why: string, stop = false) =>
  new Declined({ permission: request.permission, patterns: request.patterns, by, why, stop })

/** Of no value at all nothing was ever approved. */
const isApproved = ({ request, session }: Authorization): boolean =>
  request.patterns.length > 0 &&
  request.patterns.every((value) =>
    session.state().approvals.some((one) => one.permission === request.permission && one.value === value)
  )

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
      const { agent, request, session } = authorization
      const values = yield* settings.forDirectory(session.state().directory)
      const layers = [
        ...values.rules,
        { origin: `agent ${agent.name}`, rules: agent.rules },
        ...(values.lastRules ?? [])
      ]
      const decision = Rules.decide(layers, request.permission, request.patterns)
      if (decision.action === "deny") {
        const rule = decision.rule === undefined ? "" : ` (${decision.rule.permission} ${decision.rule.pattern})`
        return yield* declined(request, "rule", `a rule of ${decision.origin ?? "the runtime"} denies it${rule}`) // guard: I7 core/test/loop/Permission.test.ts
      }
      if (decision.action === "allow") return `rule of ${decision.origin ?? "the runtime"}`
      if (isApproved(authorization)) return "approved for this session"
      return yield* ask(authorization)
    })
  })
})

/** Rules, then `Questions`. */
export const layer: Layer.Layer<Permission, never, Settings | Questions> = Layer.effect(Permission, make)

/** Everything may run. For sandboxes and tests. */
export const layerAllowAll: Layer.Layer<Permission> = Layer.succeed(
  Permission,
  Permission.of({ authorize: () => Effect.succeed("everything is allowed") })
)

/** Nothing may run. */
export const layerDenyAll: Layer.Layer<Permission> = Layer.succeed(
  Permission,
  Permission.of({
    authorize: ({ request }) => Effect.fail(declined(request, "rule", "everything is denied here"))
  })
)

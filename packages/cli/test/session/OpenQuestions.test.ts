import { join } from "node:path"
import * as Ids from "@rein/core/schema/Ids"
import * as SessionEvent from "@rein/core/schema/SessionEvent"
import { SessionStore } from "@rein/core/session/SessionStore"
import { Effect } from "effect"
import { expect, it } from "vitest"
import * as Harness from "../../src/Harness.ts"
import { type Place, place, rein } from "../support.ts"

const inStore = <A, E>(here: Place, use: (store: SessionStore["Service"]) => Effect.Effect<A, E>) =>
  Effect.runPromise(
    Effect.provide(Effect.flatMap(SessionStore, use), Harness.layerStore(join(here.folder, "data", "rein")))
  )

/** A session that a process left with an open question, behind a call that a rule had allowed. */
const withQuestion = async (here: Place) => {
  const [session, step, turn] = [Ids.make.session(), Ids.make.step(), Ids.make.turn()]
  const [done, waiting, question] = [Ids.make.call(), Ids.make.call(), Ids.make.question()]
  const requested = (id: Ids.CallId, tool: string) =>
    SessionEvent.make("CallRequested", {
      step,
      call: { id, tool, input: { type: "json", value: {} }, providerCallId: id }
    })
  const request = {
    call: waiting,
    tool: "bash",
    permission: "bash",
    patterns: ["git push\u202e"],
    title: "git push\u202e"
  }
  const offers = [{ permission: "bash", pattern: "git push *" }]
  await inStore(here, (store) =>
    store.create(session, [
      SessionEvent.make("SessionCreated", { directory: here.project, root: session, agent: "build", rein: "0.0.0" }),
      SessionEvent.make("TurnStarted", { turn, rein: "0.0.0" }),
      SessionEvent.make("StepStarted", { step, turn, index: 0, fingerprint: "" }),
      requested(done, "read"),
      SessionEvent.make("CallStarted", {
        call: done,
        safety: "read",
        allowedBy: "rule of built-in",
        decisions: [
          {
            permission: "read",
            values: ["/p/a"],
            by: "rule",
            origin: "built-in",
            rule: { permission: "read", pattern: "/p/*" }
          }
        ]
      }),
      requested(waiting, "bash"),
      SessionEvent.make("QuestionAsked", { question: { id: question, request: { ...request, offers } } })
    ])
  )
  return { session, question }
}

it("lists open questions with what an answer would save, and stores an answer from another process", async () => {
  const here = await place()
  const { question, session } = await withQuestion(here)
  const text = await rein(here, ["session", "questions"])
  expect(text.stdout).toContain(
    `${question}  session ${session}\n? bash: git push\\u{202e}\n  s and p save: bash git push *`
  )

  const listed = await rein(here, ["session", "questions", session, "--format", "json"])
  expect(JSON.parse(listed.stdout)).toMatchObject({
    question,
    session,
    directory: here.project,
    permission: "bash",
    offers: [{ permission: "bash", pattern: "git push *" }],
    isAnswered: false
  })

  const answered = await rein(here, ["session", "answer", question, "reject", "--message", "not now"])
  expect(answered.code).toBe(0)
  const last = (await inStore(here, (store) => store.read(session, 0))).at(-1)
  expect(last).toMatchObject({
    type: "CommandSubmitted",
    data: { request: { _tag: "answer", question, answer: { _tag: "reject", message: "not now" } } }
  })
  expect(await rein(here, ["session", "answer", question, "once"])).toMatchObject({ code: 2 })
})

it("lists who allowed what by which rule", async () => {
  const here = await place()
  const { session } = await withQuestion(here)
  const { stdout } = await rein(here, ["permission", "log", session, "--format", "json"])
  expect(JSON.parse(stdout)).toMatchObject({
    session,
    tool: "read",
    permission: "read",
    values: ["/p/a"],
    decision: "allowed",
    by: "rule",
    why: "built-in",
    rule: { permission: "read", pattern: "/p/*" }
  })
})

import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { expect, it } from "vitest"
import { place, rein, serve, start, until, ways, type Place } from "../support.ts"

const A = ways.anthropic
const bash = (command: string) => ({ call: { tool: "bash", input: { command } } })
const questions = async (here: Place) => {
  const { stdout } = await rein(here, ["session", "questions", "--format", "json"])
  return stdout.trim() === ""
    ? []
    : stdout
        .trim()
        .split("\n")
        .map((l) => JSON.parse(l) as any)
}
const waitQuestions = async (here: Place, n = 1) => {
  let qs: any[] = []
  for (let i = 0; i < 40; i++) {
    qs = (await questions(here)).filter((q) => !q.isAnswered)
    if (qs.length >= n) break
  }
  return qs
}
const log = async (here: Place, ...more: string[]) => (await rein(here, ["permission", "log", ...more])).stdout
const show = (...x: any[]) => console.log(...x)

it("S1 session answers cover later ones, from another process", async () => {
  const here = await place()
  const server = await serve([
    [bash("mkdir -p a && mkdir b")],
    [bash("mkdir c")],
    [bash("git status && rm -rf ./tmp")],
    [bash("rm -rf ./b")],
    [{ text: "done" }]
  ])
  const run = start(here, ["run", "go", "--model", A.model], {
    environment: A.environment(server.url),
    isAtTerminal: true
  })
  const [q] = await waitQuestions(here)
  show("Q1", JSON.stringify(q))
  show(JSON.stringify(await rein(here, ["session", "answer", q.question, "session"])))
  const [q2] = await waitQuestions(here)
  show("Q2", JSON.stringify(q2))
  show(JSON.stringify(await rein(here, ["session", "answer", q2.question, "session"])))
  const [q3] = await waitQuestions(here)
  show("Q3", JSON.stringify(q3))
  if (q3) show(JSON.stringify(await rein(here, ["session", "answer", q3.question, "reject", "--message", "keep b"])))
  const e = await run.ended
  show("end", e.code, e.stdout.slice(-1200))
  show(await log(here), existsSync(join(here.project, "b")), existsSync(join(here.project, "c")))
}, 400_000)

it("S2 killed, answered, gone on with", async () => {
  const here = await place()
  const server = await serve([[bash("touch made")], [{ text: "done" }]])
  const run = start(here, ["run", "go", "--model", A.model], {
    environment: A.environment(server.url),
    isAtTerminal: true,
    isApart: true
  })
  const [q] = await waitQuestions(here)
  const pid = Number(/pid (\d+)/.exec(run.stdout())![1])
  process.kill(pid, "SIGKILL")
  await run.ended
  show("after kill", JSON.stringify(await questions(here)))
  show(JSON.stringify(await rein(here, ["session", "answer", q.question, "once"])))
  const e = await rein(here, ["run", "--session", q.session, "--model", A.model], {
    environment: A.environment(server.url)
  })
  show("end", JSON.stringify(e), existsSync(join(here.project, "made")), JSON.stringify(await questions(here)))
  show(await log(here))
}, 400_000)

it("S3 reject stops and rejects the others", async () => {
  const here = await place()
  const server = await serve([
    [bash("touch made"), { call: { tool: "write", input: { path: "x.txt", content: "x" } } }, bash("ls")],
    [{ text: "NOT REACHED" }]
  ])
  const run = start(here, ["run", "go", "--model", A.model], {
    environment: A.environment(server.url),
    isAtTerminal: true
  })
  const qs = await waitQuestions(here, 2)
  show("Qs", qs.length, JSON.stringify(qs.map((q) => [q.permission, q.offers, q.patterns])))
  show(JSON.stringify(await rein(here, ["session", "answer", qs[0].question, "reject"])))
  const e = await run.ended
  show("end", e.code, e.stdout.slice(-900))
  const ev = await rein(here, ["session", "events", qs[0].session])
  show(
    ev.stdout
      .split("\n")
      .filter((l) => /QuestionSettled|TurnEnded/.test(l))
      .join("\n")
  )
  show(await log(here))
}, 400_000)

it("S5 project answers by the real path, for others too", async () => {
  const here = await place()
  const script = () => serve([[bash("mkdir a1")], [{ text: "done" }]])
  const server = await script()
  const run = start(here, ["run", "go", "--model", A.model], {
    environment: A.environment(server.url),
    isAtTerminal: true
  })
  const [q] = await waitQuestions(here)
  await rein(here, ["session", "answer", q.question, "project"])
  show("end", (await run.ended).code, readFileSync(join(here.folder, "data/rein/answers.jsonl"), "utf8"))
  symlinkSync(here.project, join(here.folder, "link"))
  const s2 = await script()
  const e = await rein(here, ["run", "go", "--model", A.model, "--dir", join(here.folder, "link")], {
    environment: A.environment(s2.url)
  })
  show("through link", e.code, e.stderr)
  const other = { ...here, project: join(here.folder, "other") }
  mkdirSync(other.project)
  const s3 = await script()
  show("other dir", (await rein(other, ["run", "go", "--model", A.model], { environment: A.environment(s3.url) })).code)
  const s4 = await serve([[bash("mkdir a1 && rm x")], [bash("mkdir ../outside")], [{ text: "done" }]])
  const e4 = await rein(here, ["run", "go", "--model", A.model], { environment: A.environment(s4.url) })
  show("wider", e4.code, e4.stderr)
  const s5 = await serve([[bash("mkdir a9")], [{ text: "done" }]])
  const e5 = await rein(here, ["run", "go", "--model", A.model, "--deny", "bash:mkdir *"], {
    environment: A.environment(s5.url)
  })
  show("denied", e5.code, e5.stderr)
  show(await log(here))
}, 400_000)

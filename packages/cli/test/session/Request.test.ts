// A session that is switched to another model, and what each of its requests was.
import { expect, it } from "vitest"
import { place, rein, serve, start, ways } from "../support.ts"

const other = ways["chat-completions"]

const environmentOf = (url: string) => ({ ...ways.anthropic.environment(url), ...other.environment(url) })

it("goes on with another model, and shows each request before and after the rules, without sending anything", async () => {
  const here = await place()
  const server = await serve([[{ reasoning: "hm", signature: "s" }, { text: "first" }], [{ text: "second" }]])
  const environment = environmentOf(server.url)
  const begun = await rein(here, ["run", "one", "--model", ways.anthropic.model], { environment })
  const id = /session (ses_\S+)/.exec(begun.stderr)?.[1] ?? ""
  const gone = await rein(here, ["run", "two", "--continue", "--model", other.model], { environment })
  expect(gone).toMatchObject({ code: 0, stdout: "second\n" })
  expect(gone.stderr).toContain(`* the model from now on: ${other.model}, before: ${ways.anthropic.model}`)
  expect(server.requests.map(({ wire }) => wire)).toEqual(["anthropic", "chat-completions"])

  // Another key than the one in use must not be needed, and this one must not be shown.
  const shown = await rein(here, ["session", "request", id], {
    environment: { ...environment, OPENAI_API_KEY: "unused-key" }
  })
  expect(shown).toMatchObject({ code: 0, stderr: "" })
  expect(shown.stdout).toMatch(new RegExp(`^step 2 of 2, ${other.model}\nchanged by\n  foreign-reasoning: `))
  expect(shown.stdout).toContain(`== POST ${server.url}/v1/chat/completions`)
  expect(shown.stdout).not.toContain("unused-key")

  const first = await rein(here, ["session", "request", id, "1", "--format", "json"], { environment })
  expect(JSON.parse(first.stdout)).toMatchObject({
    type: "Request",
    session: id,
    step: 1,
    steps: 2,
    isSame: true,
    request: { model: { provider: "anthropic" } },
    wire: { url: `${server.url}/v1/messages`, body: server.requests[0]?.body }
  })
  expect(server.requests).toHaveLength(2)

  const wrong = await rein(here, ["session", "request", id, "3"], { environment })
  expect(wrong).toMatchObject({
    code: 2,
    stdout: "",
    stderr: `rein: Session ${id} has no step 3. It has the steps 1 to 2.\n`
  })
})

it("a chat asks another model after /model, and says which one it is", async () => {
  const here = await place()
  const server = await serve([[{ text: "first" }], [{ text: "second" }]])
  const environment = environmentOf(server.url)
  const { child, ended, says } = start(here, ["chat", "--model", ways.anthropic.model], { environment, input: "open" })
  const type = (line: string) => void child.stdin?.write(`${line}\n`)
  type("/model")
  await says(`* ${ways.anthropic.model}\n`)
  type("hello")
  await says("completed | 1 step")
  type("/model nothing")
  await says(`"nothing" is no model id`)
  type(`/model ${other.model}`)
  await says(`* the model from now on: ${other.model}`)
  type("again")
  await server.request(1)
  child.stdin?.end()
  expect(await ended).toMatchObject({ code: 0, stdout: "first\nsecond\n" })
  expect(server.requests.map(({ wire }) => wire)).toEqual(["anthropic", "chat-completions"])
})

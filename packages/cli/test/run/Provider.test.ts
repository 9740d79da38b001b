import { execFile } from "node:child_process"
import { readFile } from "node:fs/promises"
import { join } from "node:path"
import { promisify } from "node:util"
import * as WireServer from "@rein/core/testing/WireServer"
import { expect, it, onTestFinished } from "vitest"
import { place, rein, ways } from "../support.ts"

const serve = async (options: Partial<WireServer.Options>) => {
  const server = await WireServer.start({ script: () => [{ text: "never" }], ...options })
  onTestFinished(() => server.close())
  return server
}

const gone = async () => {
  const server = await WireServer.start({ script: [] })
  await server.close()
  return server.url
}

/** A certificate for another name than 127.0.0.1, which the command is told to trust. */
const certificate = async (folder: string) => {
  const [keyFile, certFile] = [join(folder, "key.pem"), join(folder, "cert.pem")]
  const subject = ["-subj", "/CN=other.example", "-addext", "subjectAltName=DNS:other.example"]
  const made = ["-newkey", "rsa:2048", "-nodes", "-days", "2", "-keyout", keyFile, "-out", certFile]
  await promisify(execFile)("openssl", ["req", "-x509", ...subject, ...made])
  return { certFile, tls: { key: await readFile(keyFile, "utf8"), cert: await readFile(certFile, "utf8") } }
}

// All at once: most of the time is the start of each process.
it("a server that does not answer as it should is one line that says where and what to do", async () => {
  const here = await place()
  const { certFile, tls } = await certificate(here.folder)
  const local = await serve({ models: ["qwen3:8b", "llama4"], script: () => [{ error: { status: 404 } }] })
  const locked = await serve({ key: "test-key" })
  const other = await serve({})
  const location = `${other.url}/v1/messages`
  const redirecting = await serve({ script: () => [{ error: { status: 307, headers: { location } } }] })
  const page = await serve({ script: () => [{ error: { status: 200, body: "<html>Welcome</html>" } }] })
  const impostor = await serve({ tls })
  const nowhere = await gone()
  const anthropic = (url: string) => ways.anthropic.environment(url)

  const cases: ReadonlyArray<readonly [string, NodeJS.ProcessEnv, ReadonlyArray<string>]> = [
    ["ollama/qwen9", { OLLAMA_BASE_URL: local.url }, [`no model "qwen9"`, "Did you mean ollama/qwen3:8b?"]],
    [
      "anthropic/x",
      { OLLAMA_BASE_URL: local.url },
      ["set ANTHROPIC_API_KEY", "npm run demo", `ollama at ${local.url} (e.g. ollama/qwen3:8b)`]
    ],
    [
      "anthropic/x",
      { ...anthropic(locked.url), ANTHROPIC_API_KEY: "wrong" },
      ["status 401", "ANTHROPIC_API_KEY", locked.url]
    ],
    ["vllm/x", { VLLM_BASE_URL: nowhere }, [nowhere, "ECONNREFUSED", "VLLM_BASE_URL"]],
    ["anthropic/x", anthropic(redirecting.url), [`redirects to ${location}`, "ANTHROPIC_BASE_URL"]],
    ["openai/x", { OPENAI_API_KEY: "k", OPENAI_BASE_URL: page.url }, ["web page", page.url, "OPENAI_BASE_URL"]],
    [
      "anthropic/x",
      { ...anthropic(impostor.url), NODE_EXTRA_CA_CERTS: certFile },
      [impostor.url, "certificate is for another name"]
    ]
  ]
  const ends = await Promise.all(
    cases.map(async ([model, environment]) => rein(await place(), ["run", "hi", "--model", model], { environment }))
  )
  for (const [index, [model, , said]] of cases.entries()) {
    const { code, stderr } = ends[index] ?? { code: null, stderr: "" }
    const line = stderr.trim().split("\n").at(-1)
    for (const part of ["failed: ", ...said]) expect(line, model).toContain(part)
    expect(stderr, model).not.toMatch(/\n\s+at /)
    expect(code, model).toBe(1)
  }
  expect([...other.requests, ...impostor.requests]).toEqual([])
})

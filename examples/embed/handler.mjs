// A Node HTTP handler: POST a prompt, get the turn's events as server-sent events.
// When the client goes away, reading stops and the turn is interrupted.

/** @param {import("@rein/core").Agent} agent */
export const handler = (agent) => async (request, response) => {
  const chunks = []
  for await (const chunk of request) chunks.push(chunk)
  const controller = new AbortController()
  response.on("close", () => controller.abort())
  response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-cache" })
  for await (const event of agent.stream(Buffer.concat(chunks).toString("utf8"), { signal: controller.signal })) {
    const isWritten = response.write(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`)
    if (!isWritten && !response.destroyed) await new Promise((resume) => response.once("drain", resume))
  }
  response.end()
}

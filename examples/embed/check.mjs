// Serves the handler, asks it once, and says whether the answer came. Exit code 1 if not.
import { createServer } from "node:http"
import { makeAgent } from "./agent.mjs"
import { handler } from "./handler.mjs"

// Plain JavaScript on Node 22 has no `await using` yet.
const agent = makeAgent()
const server = createServer(handler(agent))
await new Promise((listening) => server.listen(0, "127.0.0.1", listening))
const response = await fetch(`http://127.0.0.1:${server.address().port}/`, {
  method: "POST",
  body: "Where is order 7?"
})
const events = await response.text()
server.close()
await agent.close()

const said = events
  .split("\n")
  .filter((line) => line.startsWith('data: {"type":"Delta"'))
  .map((line) => JSON.parse(line.slice(6)).text)
  .join("")

if (!said.includes("Order 7 is on its way.") || !events.includes('"_tag":"completed"')) {
  console.error(`The answer is not there. Events:\n${events}`)
  process.exitCode = 1
} else {
  console.log(`embed: a scripted model answered over SSE: ${said}`)
}

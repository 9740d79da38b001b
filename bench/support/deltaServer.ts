// A server for `bench/provider.ts`: answers every request in Anthropic's wire format with so many text deltas, or with one where the model is `first`. Prints its address, and ends with its input.
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"

const deltas = Number(process.argv[2])

const event = (type: string, data: object): string => `event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`

const answer = (count: number): Buffer =>
  Buffer.from(
    [
      event("message_start", {
        message: {
          id: "msg",
          model: "bench",
          role: "assistant",
          content: [],
          usage: { input_tokens: 1, output_tokens: 1 }
        }
      }),
      event("content_block_start", { index: 0, content_block: { type: "text", text: "" } }),
      ...Array.from({ length: count }, (_, n) =>
        event("content_block_delta", { index: 0, delta: { type: "text_delta", text: `word${n % 10} ` } })
      ),
      event("content_block_stop", { index: 0 }),
      event("message_delta", { delta: { stop_reason: "end_turn" }, usage: { output_tokens: count } }),
      event("message_stop", {})
    ].join("")
  )

const [many, one] = [answer(deltas), answer(1)]

const server = createServer((request, response) => {
  let body = ""
  request.setEncoding("utf8").on("data", (piece: string) => (body += piece))
  request.on("end", () => {
    response.writeHead(200, { "content-type": "text/event-stream" })
    response.end(body.includes('"model":"first"') ? one : many)
  })
})

server.listen(0, "127.0.0.1", () => {
  // A server that listens on a port has an address with one.
  console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
})
process.stdin.resume().on("end", () => process.exit(0))

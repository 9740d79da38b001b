// Whatever comes is read without a crash and in bounded time.
import { assert, it } from "@effect/vitest"
import { NodeReader } from "@rein/permission/node"
import { changedLine, randomLine } from "./lines.ts"
import { makeRandom, type Random } from "./random.ts"

const size = process.env["REIN_TEST_FULL"] === "1" ? 100_000 : 2_000

const seed = 13

/** Lengths around the longest line that is parsed, and the longest that Linux would start. */
const longLengths = [8_192, 131_072]

/** What makes parsers slow when it comes by the thousand. */
const opening = ["(", "$(", '"$(', "`", "\\`", "{ ", "{a,", "[", "[[ (", "((", "$((", "${x:-", "<(", "@(", "x=(", "a["]
const heredocs = ["<<E ", "<<E\n", "<<E\nE\n", "<<< a "]
const commands = ["a | ", "a && ", "a;", "! ", "if a; then ", "for x in a; do ", "case x in x) "]
const words = [
  "word ",
  "{a,b}",
  "1",
  " ",
  "\n",
  "\\",
  "\\\n",
  "'",
  '"',
  "$x",
  "*",
  "[a]",
  "~",
  ">",
  "2>f ",
  "#",
  "a=b ",
  "é"
]
const repeated = [opening, heredocs, commands, words, ["\ud800"]].flat()

/** One text of each kind that is likely to hurt. */
const anyText = (random: Random): string => {
  const kind = random.below(20)
  if (kind === 0)
    return Array.from({ length: random.below(60) }, () => String.fromCharCode(random.below(0x10000))).join("")
  if (kind === 1) return random.pick(repeated).repeat(random.below(400)) + randomLine(random)
  return kind < 10 ? randomLine(random) : changedLine(random)
}

it("reads anything", { timeout: 600_000 }, async () => {
  const read = await NodeReader.load()
  const random = makeRandom(seed)
  const slow: Array<{ readonly millis: number; readonly text: string }> = []
  let understood = 0
  const check = (text: string) => {
    const began = process.cpuUsage()
    const reading = read(text)
    const { system, user } = process.cpuUsage(began)
    slow.push({ millis: (system + user) / 1_000, text: text.slice(0, 60) })
    if (reading._tag === "Understood") understood++
    else assert.isAbove(reading.why.length, 0)
  }
  for (let index = 0; index < size; index++) check(anyText(random))
  for (const one of repeated) for (const length of longLengths) check(one.repeat(length / one.length))
  const slowest = slow.toSorted((a, b) => b.millis - a.millis).slice(0, 3)
  console.log(
    `${slow.length} texts, ${understood} understood; the slowest in ms of CPU: ` +
      slowest.map(({ millis, text }) => `${millis.toFixed(1)} (${JSON.stringify(text)})`).join(", ")
  )
  assert.isAbove(understood, 0)
})

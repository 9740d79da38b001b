// Lines of shell are read and really run. What is understood may run nothing but what the reading told.
import { assert, it } from "@effect/vitest"
import { NodeReader } from "@rein/permission/node"
import { changedLine, everydayLine, unusualLine } from "./lines.ts"
import { makeRandom, type Random } from "./random.ts"
import { isContained, runLines } from "./runLines.ts"
import { fits, inScript, makes } from "./told.ts"

const isFull = process.env["REIN_TEST_FULL"] === "1"

/** Lines of everyday forms, of unusual ones, and changed at random. */
const sizes = isFull
  ? { everyday: 6_000, unusual: 4_500, changed: 2_000 }
  : { everyday: 150, unusual: 150, changed: 300 }

/** What must be understood of the first two kinds together, and of the first. */
const shares = { all: 0.6, everyday: 0.95 }

const seed = 6

const make = (count: number, line: (random: Random) => string, random: Random): ReadonlyArray<string> =>
  Array.from({ length: count }, () => line(random))

it("runs nothing that it did not tell", { timeout: 600_000 }, async () => {
  const read = await NodeReader.load()
  const random = makeRandom(seed)
  const understood = (lines: ReadonlyArray<string>) =>
    lines.flatMap((line) => {
      const reading = read(line)
      return reading._tag === "Understood" ? [{ line, told: inScript(reading.script) }] : []
    })
  const everyday = understood(make(sizes.everyday, everydayLine, random))
  const unusual = understood(make(sizes.unusual, unusualLine, random))
  const changed = understood(make(sizes.changed, changedLine, random))

  const all = [...everyday, ...unusual, ...changed]
  const ran = runLines(all.map(({ line }) => line))
  const wrong = all.flatMap(({ line, told }, index) => {
    const { commands = [], files = [] } = ran[index] ?? {}
    const hidden = commands.filter((words) => !told.commands.some((command) => fits(command, words)))
    const made = files.filter((file) => !told.redirections.some((redirection) => makes(redirection, file)))
    return hidden.length + made.length === 0 ? [] : [{ line, hidden, made }]
  })
  const count = ran.reduce((sum, { commands }) => sum + commands.length, 0)

  const share = {
    everyday: everyday.length / sizes.everyday,
    all: (everyday.length + unusual.length) / (sizes.everyday + sizes.unusual)
  }
  const percent = (value: number) => `${(value * 100).toFixed(1)} %`
  console.log(
    `${sizes.everyday} everyday and ${sizes.unusual} unusual lines: understood ${percent(share.everyday)} of the everyday ones, ` +
      `${percent(share.all)} of all; of ${sizes.changed} changed ones ${percent(changed.length / sizes.changed)}. ` +
      `They ran ${count} commands${isContained ? ", contained" : ""}; not told: ${wrong.length}`
  )
  assert.deepStrictEqual(wrong.slice(0, 10), [])
  assert.isAtLeast(share.everyday, shares.everyday)
  assert.isAtLeast(share.all, shares.all)
  // Else the recorders are broken.
  assert.isAbove(count, all.length)
})

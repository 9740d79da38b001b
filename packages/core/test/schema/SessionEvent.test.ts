// Every version of every event that was ever stored can be read, for ever.
import { readdirSync, readFileSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import { decode, type EventRow, InvalidEvent, types, versionOf } from "../../src/schema/SessionEvent.ts"

const folder = new URL("../fixtures/events/", import.meta.url)

/** Stored rows by `Type@version`. */
const fixtures: ReadonlyMap<string, EventRow> = new Map(
  readdirSync(folder).map((file) => [
    file.replace(/\.json$/, ""),
    JSON.parse(readFileSync(new URL(file, folder), "utf8")) as EventRow // written by hand as rows
  ])
)

const row = (name: string): EventRow => fixtures.get(name) ?? assert.fail(`no fixture ${name}`)

describe("stored events", () => {
  it("have a fixture for each version of each type", () => {
    const expected = types.flatMap((type) =>
      Array.from({ length: versionOf(type) }, (_, index) => `${type}@${index + 1}`)
    )
    assert.deepStrictEqual([...fixtures.keys()].toSorted(), expected.toSorted())
    for (const [name, { type, version }] of fixtures) assert.strictEqual(name, `${type}@${version}`)
  })

  for (const [name, stored] of fixtures) {
    it(`are read: ${name}`, () => {
      // Data is the same in the row and in memory: no event has been lifted by an upcast yet.
      assert.deepStrictEqual<unknown>(Result.getOrThrow(decode(stored)), stored)
    })
  }

  it("of a newer version or an unknown type are Unknown, with all that they say", () => {
    for (const change of [{ version: 2 }, { type: "Foreseen", version: 1 }, { type: "toString", version: 1 }]) {
      const newer = { ...row("NoteAdded@1"), ...change }
      const decoded = Result.getOrThrow(decode(newer))
      assert.strictEqual(decoded.type, "Unknown")
      assert.strictEqual(decoded.version, change.version)
      assert.deepStrictEqual(decoded.data, { type: newer.type, data: newer.data })
    }
  })

  it("that are damaged are told apart from new ones", () => {
    const whole = row("NoteAdded@1")
    for (const data of [{ kind: "environment" }, { kind: 7, text: "x" }, "text", null]) {
      const failure = Result.getOrThrow(Result.flip(decode({ ...whole, data })))
      assert.instanceOf(failure, InvalidEvent)
      assert.include(failure.message, whole.session)
      assert.include(failure.message, `Event ${whole.sequence}`)
    }
  })
})

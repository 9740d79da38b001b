import { assert, describe, it } from "@effect/vitest"
import { keyPattern } from "@rein/core/schema/Secrets"
import { Schema } from "effect"
import { nameParts, Part, restoreParts } from "../../src/recording/AnswerParts.ts"
import { Naming, rulesOf } from "../../src/recording/Naming.ts"
import { type Place, standard } from "../../src/recording/Normaliser.ts"

const naming = (place: Place = {}, secrets: ReadonlyArray<string> = []) =>
  new Naming(rulesOf(standard(place)), keyPattern(secrets))

const there: Place = { directory: "/srv/ann/shop", home: "/srv/ann", temp: "/scratch", platform: "linux (x64)" }
const here: Place = { directory: "/home/bob/w", home: "/home/bob", temp: "/var/t", platform: "darwin (arm64)" }

const id = (last: number) => `cal_0199f3a1-0000-7000-8000-00000000000${last}`

describe("the standard normalisers", () => {
  it.each([
    ["the directory, also below home", "in /srv/ann/shop/src and /srv/ann/x", "in ⟦directory⟧/src and ⟦home⟧/x"],
    ["no longer word", "/srv/ann/shopping /mnt/srv/annex", "⟦home⟧/shopping /mnt/srv/annex"],
    ["temp and platform", "/scratch/a on linux (x64)", "⟦temp⟧/a on ⟦platform⟧"],
    [
      "dates and times",
      "2026-11-21, 2026-11-21T10:00:00.123Z, Sat Nov 21 10:00:00 2026 +0100",
      "⟦date⟧, ⟦date⟧, ⟦date⟧"
    ],
    ["weekdays and months in full", "Tuesday, 01 December 2026", "⟦date⟧"],
    [
      "dates in numbers, and as logs have them",
      "01.12.2026 12/1/2026, 4:56:51 PM 2026/12/01 04:56:51",
      "⟦date⟧ ⟦date⟧ ⟦date⟧"
    ],
    [
      "dates in names of files, and of servers",
      "a-20261201-045651.log [01/Dec/2026:04:56:51 +0000]",
      "a-⟦date⟧.log [⟦date⟧]"
    ],
    [
      "how long it took",
      "passed in 1.24s (12 ms); duration_ms 43.2",
      "passed in ⟦duration⟧ (⟦duration⟧); duration_ms ⟦duration⟧"
    ],
    [
      "how long it took, and how long ago",
      "real\t0m1.234s, BUILD in 1m 3s, 1 minute; a@b, 3 days ago; 1 year, 2 months ago; 4 days",
      "real\t⟦duration⟧, BUILD in ⟦duration⟧, ⟦duration⟧; a@b, ⟦duration⟧; ⟦duration⟧; 4 days"
    ],
    ["ids, equal ones alike", `${id(1)} ${id(2)} ${id(1)}`, "⟦id:1⟧ ⟦id:2⟧ ⟦id:1⟧"],
    ["jobs", "job_1234abcd runs", "⟦id:1⟧ runs"],
    ["whose a command is", `REIN_OWNER=1a2b3c4d.27.99.${id(1)}:1:\nPAGER=cat`, "REIN_OWNER=⟦id:1⟧\nPAGER=cat"],
    ["commits, and no words", "[main 1a2b3c4] effaced defaced", "[main ⟦git:1⟧] effaced defaced"],
    ["the sign of names itself", "a ⟦home⟧ b", "a ⟦bracket⟧home⟧ b"],
    ["nothing else", "version 1.2.3 of 17 files, port 8080", "version 1.2.3 of 17 files, port 8080"]
  ])("name %s", (_, text, named) => {
    assert.strictEqual(naming(there).request(text), named)
  })

  it("the root is no directory to name", () => {
    assert.strictEqual(naming({ directory: "/" }).request("/etc/hosts"), "/etc/hosts")
  })
})

describe("an answer", () => {
  it("is taken back to what is here, wherever its deltas were split", () => {
    const request = `cwd /srv/ann/shop, job_1234abcd`
    const text = `cat /srv/ann/shop/a.txt; kill job_1234abcd job_99999999 # ⟦date⟧ 2026-01-01 /srv/ann`
    for (let at = 0; at <= text.length; at++) {
      const recorded = naming(there)
      recorded.request(request)
      const named = recorded.answer([text.slice(0, at), text.slice(at)], "plain")
      const replayed = naming(here)
      replayed.request("cwd /home/bob/w, job_aaaaaaaa")
      const restored = named.map((piece) => replayed.restore(piece, "plain"))
      assert.strictEqual(
        restored.join(""),
        "cat /home/bob/w/a.txt; kill job_aaaaaaaa job_99999999 # ⟦date⟧ 2026-01-01 /home/bob"
      )
    }
  })

  it("speaks of a hash by as many digits as it did, and of nothing else by its beginning", () => {
    const [there, here] = ["1a2b3c4d5e6f", "9f8e7d6c5b4a"]
    const recorded = naming()
    recorded.request(`commit ${there} ${id(1)}`)
    const named = recorded.answer([`git show 1a2b3`, `c4 # 1a2b3c5, 0199f3a1`], "plain")
    assert.strictEqual(named.join(""), "git show ⟦git:1/7⟧ # 1a2b3c5, 0199f3a1")
    const replayed = naming()
    replayed.request(`commit ${here} ${id(2)}`)
    assert.strictEqual(replayed.restore(named.join(""), "plain"), "git show 9f8e7d6 # 1a2b3c5, 0199f3a1")
  })

  it("keeps its JSON where a path has to be escaped", () => {
    const quoted: Place = { directory: '/tmp/a "b"' }
    const recorded = naming(quoted)
    const input = JSON.stringify({ command: `x\n/tmp/a "b"/y` })
    const [named = ""] = recorded.answer([input], "json")
    assert.include(named, "⟦directory⟧/y")
    assert.deepStrictEqual(JSON.parse(naming({ directory: "/q\\r" }).restore(named, "json")), { command: "x\n/q\\r/y" })
  })

  it("is found in JSON however that spells it, in pieces, too", () => {
    const one = naming({ directory: "/srv/é" }, ["secret/with=12345"])
    const input = String.raw`{"a":"\/srv\/\u00e9\/b","c":"\n\\/ \ud83d\ude00","d":"secret\/with\u003d12345"}`
    for (let at = 0; at <= input.length; at += 5) {
      const named = one.answer([input.slice(0, at), input.slice(at)], "json").join("")
      assert.strictEqual(named, String.raw`{"a":"⟦directory⟧/b","c":"\n\\/ 😀","d":"[key]"}`)
    }
  })

  it("hides secrets, by value and by shape, also across deltas", () => {
    const one = naming({}, ["hunter2-hunter2"])
    const shaped = `sk-ant-${"a1".repeat(15)}`
    assert.deepStrictEqual(one.answer(["it is hunt", `er2-hunter2, ${shaped}`], "plain"), ["it is [key]", ", [key]"])
    assert.strictEqual(
      one.request(`${shaped} sk-learn pk_column_name key_value_of_a_row`),
      "[key] sk-learn pk_column_name key_value_of_a_row"
    )
  })

  it.prop(
    "of any parts comes back part by part",
    { parts: Schema.Array(Part), texts: Schema.Array(Schema.String) },
    (given) => {
      const one = naming(there)
      for (const text of given.texts) one.request(text)
      // What JSON may spell in two ways comes back in one.
      if (/\\\\[u/]/.test(JSON.stringify(given.parts))) return
      assert.deepStrictEqual(restoreParts(nameParts(given.parts, one), one), given.parts)
    }
  )

  it("is named in time that grows with its length, whatever it is", () => {
    const unit = ["1", "a", "f0", "-eyJ", "sk-", "Jan 1 ", "2026-01-01 ", "1.", "⟦", "/srv/ann", "-----BEGIN A", " "]
    for (const text of unit) assert.isAtLeast(naming(there, ["secret-value"]).request(text.repeat(50_000)).length, 1)
  })

  it.prop(
    "comes back as it was when nothing has changed",
    { text: Schema.String, cuts: Schema.Array(Schema.Int) },
    ({ cuts, text: made }) => {
      const text = `${made}⟦/srv/ann/shop ${made} ${id(1)} ⟦id:1⟧`
      const one = naming(there)
      one.request(`${id(1)} ${made}`)
      const borders = [0, ...cuts.map((cut) => Math.abs(cut) % text.length).toSorted((a, b) => a - b), text.length]
      const pieces = borders.slice(1).map((border, index) => text.slice(borders[index], border))
      const named = one.answer(pieces, "plain")
      assert.lengthOf(named, pieces.length)
      assert.strictEqual(named.map((piece) => one.restore(piece, "plain")).join(""), text)
    }
  )
})

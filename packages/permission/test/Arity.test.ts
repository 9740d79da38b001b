import { readFileSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import { Arbitrary, Schema } from "effect"
import { families, prefix, savable, withoutGlobalFlags } from "@rein/permission/Arity"
import { matches } from "@rein/permission/Rules"

/** How many entries the table has at least, and how much of the independent examples comes out right at least. */
const LEAST_ENTRIES = 450
const LEAST_RIGHT = 0.95

const rows = families.flatMap((family) => family.rows)
const aliases = families.flatMap((family) => family.aliases)
const flags = families.flatMap((family) => family.flags)

const kept = (text: string): string => prefix(text.split(" "))?.join(" ") ?? ""
const saved = (text: string): string => savable(text.split(" "))?.join(" ") ?? ""
const examples = [...rows, ...aliases].map(([, , text, expected]) => ({ text, expected }))
const names = new Set([...rows, ...aliases].map(([name]) => name))
const wrappers = rows.filter(([, keep]) => keep === 0).map(([words]) => words)

const Examples = Schema.fromJsonString(
  Schema.Array(Schema.Struct({ argv: Schema.Array(Schema.String), prefix: Schema.NullOr(Schema.Array(Schema.String)) }))
)

describe("the table", () => {
  it("has enough entries, each once", () => {
    assert.isAtLeast(rows.length, LEAST_ENTRIES)
    assert.strictEqual(names.size, rows.length + aliases.length)
  })

  it("gives for each example what is written beside it", () => {
    const wrong = examples.filter(({ text, expected }) => kept(text) !== expected)
    assert.deepStrictEqual(wrong, [])
  })

  it("skips global flags with their values, and saves nothing where they stand between the words", () => {
    for (const [, , , text, left] of flags) {
      assert.strictEqual(withoutGlobalFlags(text.split(" ")).join(" "), left)
      assert.strictEqual(kept(text), kept(left), text)
      assert.strictEqual(saved(text), "", text)
    }
  })

  it("agrees with examples of people who have not seen it", () => {
    // One was asked what may be saved, the other which words say what is done.
    for (const [file, words] of [
      ["arity-saved.json", savable],
      ["arity-said.json", prefix]
    ] as const) {
      const text = readFileSync(new URL(file, import.meta.url), "utf8")
      const independent = Schema.decodeUnknownSync(Examples)(text)
      const wrong = independent.filter(({ argv, prefix: expected }) => words(argv)?.join("\0") !== expected?.join("\0"))
      console.log(`${file}: ${independent.length - wrong.length} of ${independent.length} as expected`)
      assert.isAtLeast(independent.length, 150)
      assert.isAtLeast(new Set(independent.map(({ argv: [program] }) => program)).size, 25)
      assert.isAtLeast(1 - wrong.length / independent.length, LEAST_RIGHT, JSON.stringify(wrong))
    }
  })
})

describe("prefix", () => {
  it("gives a rule that matches the command, and itself alone", () => {
    for (const { text, expected } of examples.filter((example) => example.expected !== "")) {
      assert.isTrue(matches(`${expected} *`, text), text)
      assert.strictEqual(kept(expected), expected)
    }
  })

  it("never covers what may not be saved, nor something more exact", () => {
    const rules = [...new Set(examples.map(({ expected }) => expected).filter((expected) => expected !== ""))]
    const leaks = examples.flatMap(({ text, expected }) =>
      rules.filter((rule) => text.startsWith(rule) && rule !== expected && matches(`${rule} *`, text))
    )
    assert.deepStrictEqual(leaks, [])
  })

  it("saves nothing of a wrapper or interpreter, whatever follows, and nothing of what stands above one", () => {
    const rest = [["a"], ["ls", "-la"], ["-c", "ls"], ["--", "git", "status"], ["./a.sh"]]
    for (const wrapper of wrappers) {
      const words = wrapper.split(" ")
      for (const more of rest.filter(([next]) => !names.has(`${wrapper} ${next}`)))
        assert.isUndefined(prefix([...words, ...more]), `${wrapper} ${more.join(" ")}`)
      for (const count of words.keys()) assert.isUndefined(prefix(words.slice(0, count + 1)), wrapper)
    }
  })

  it("saves nothing of what only destroys: one thing that may go is not all of them", () => {
    for (const text of [
      "rm -rf ./tmp",
      "/bin/rm a",
      "rmdir a",
      "kill -9 1",
      "pkill node",
      "dd if=a of=b",
      "mkfs.ext4 a"
    ])
      assert.strictEqual(saved(text), "", text)
  })

  it("knows a program by its path, version, suffix and in any case", () => {
    assert.strictEqual(saved("/usr/bin/git push origin"), "/usr/bin/git push")
    assert.strictEqual(saved("python3.12 -m pytest -q"), "python3.12 -m pytest")
    for (const text of [
      "/bin/sh a",
      "../bin/bash a",
      "SUDO ls",
      "Env ls",
      "python3.12 a.py",
      "node.exe a.js",
      "lua5.4 a"
    ])
      assert.strictEqual(saved(text), "", text)
  })

  it("takes the first word of a command it does not know", () => {
    assert.strictEqual(saved("frobnicate all --now"), "frobnicate")
    assert.strictEqual(saved("./tools/release.sh 1.2"), "./tools/release.sh")
  })

  it("saves nothing that names only a group, and nothing after an unknown flag", () => {
    for (const text of ["git", "git stash", "npm run", "docker compose", "make", "make -j4 test", "git --odd status"])
      assert.strictEqual(saved(text), "", text)
  })

  it("looks at the program that a runner of the project names", () => {
    assert.strictEqual(saved("uv run python -m pytest -q"), "uv run python -m pytest")
    assert.strictEqual(saved("bundle exec rails db:migrate"), "bundle exec rails db:migrate")
    for (const text of ["uv run python a.py", "bundle exec rails runner a", "yarn tsx a.ts", "uv run poetry run a"])
      assert.strictEqual(saved(text), "", text)
  })

  it("keeps no word that means something else in a rule or holds several words", () => {
    for (const word of ["*", "te?t", "a b", "", "~/a", "$HOME/a", "a\\b", "a\nb", "é", "[a]", "A=b"]) {
      assert.isUndefined(prefix([word, "a"]), word)
      assert.isUndefined(prefix(["npm", "run", word]), word)
      assert.isUndefined(prefix(["make", word]), word)
    }
    assert.isUndefined(prefix([]))
    assert.isUndefined(prefix(["git", "config set", "a.b", "c"]))
  })

  it("ends on commands of any length", () => {
    const often = (...words: ReadonlyArray<string>) => Array.from({ length: 20_000 }, () => words).flat()
    assert.isUndefined(prefix(often("uv", "run")))
    assert.isUndefined(prefix(["make", ...often("-s")]))
    assert.lengthOf(prefix(["make", ...often("all")]) ?? [], 20_001)
    assert.strictEqual(prefix(["1".repeat(100_000)])?.length, 1)
  })

  const vocabulary = [...new Set([...examples.flatMap(({ text }) => text.split(" ")), "*", "a?", "-x", "--y=z", ""])]

  it.prop(
    "of any words gives plain words from the front, whose rule matches the command, and which no wrapper can follow",
    {
      argv: Arbitrary.schema(
        Schema.Array(Schema.Literals(vocabulary)).check(Schema.isMinLength(1), Schema.isMaxLength(6))
      )
    },
    ({ argv }) => {
      const kept = savable(argv)
      if (kept === undefined) return
      assert.deepStrictEqual(kept, prefix(argv))
      assert.deepStrictEqual(kept, argv.slice(0, kept.length))
      assert.match(kept.join(" "), /^[^*?~$\\]+$/)
      assert.isTrue(matches(`${kept.join(" ")} *`, argv.join(" ")))
      assert.deepStrictEqual(savable(kept), kept)
      assert.isUndefined(savable(["sudo", ...argv]))
    },
    { arbitrary: { runs: 2000 } }
  )
})

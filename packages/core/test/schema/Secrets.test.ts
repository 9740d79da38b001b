import { assert, describe, it } from "vitest"
import { keyPattern, keysOf, replaceValue, withoutKeys } from "../../src/schema/Secrets.ts"

const names = (environment: Readonly<Record<string, string>>) => keysOf(environment).map(([name]) => name)

describe("the keys of an environment", () => {
  it("are known by the names of their variables", () => {
    const all = [
      "ANTHROPIC_API_KEY",
      "API_KEY",
      "HF_TOKEN",
      "TOKEN",
      "AWS_SECRET_ACCESS_KEY",
      "AWS_BEARER_TOKEN_BEDROCK"
    ]
    assert.deepStrictEqual(names(Object.fromEntries(all.map((name) => [name, "quite-some-value"]))), all)
    const vague = ["OPENAI_KEY", "CLIENT_SECRET", "DB_PASSWORD", "PASSWORD"]
    assert.deepStrictEqual(names(Object.fromEntries(vague.map((name) => [name, "tr0ub4dor-and-3"]))), vague)
  })

  it("are no words and no paths, and nothing short", () => {
    assert.deepStrictEqual(
      names({
        DB_PASSWORD: "postgres",
        SSH_KEY: "/home/ann/.ssh/id",
        A_TOKEN: "abc12",
        KEYS: "a1b2c3d4e5",
        MONKEY: "a1b2c3d4e5"
      }),
      []
    )
  })
})

describe("a value", () => {
  const value = `pa"ss\\wo/rd-é+yz?ab1`
  const inJson = JSON.stringify(value)

  it.each([
    ["by itself", value],
    ["in JSON", inJson.slice(1, -1)],
    ["in JSON within JSON", JSON.stringify(inJson).slice(3, -3)],
    ["in an address", encodeURIComponent(value)]
  ])("is taken out %s", (_, spelled) => {
    assert.strictEqual(withoutKeys(`<${spelled}>`, [value]), "<[key]>")
    assert.strictEqual(replaceValue(`<${spelled}>`, value, "[$&]"), "<[$&]>")
  })

  it("is taken out of the base64 of a text, wherever it stands in that", () => {
    for (const before of ["", "a", "ab", "user:"]) {
      for (const after of ["", "\n", "??"]) {
        const told = withoutKeys(Buffer.from(`${before}${value}${after}`).toString("base64"), [value])
        assert.match(told, /^[A-Za-z0-9+/]{0,7}\[key\][A-Za-z0-9+/]{0,4}=*$/)
      }
    }
  })

  it("of several lines is taken out line by line, with what stands between them", () => {
    const lines = "firstline-abcdef\nsecondline-ghijkl\nend"
    assert.strictEqual(withoutKeys("1\tfirstline-abcdef\n2\tsecondline-ghijkl", [lines]), "1\t[key]\n2\t[key]")
    assert.strictEqual(withoutKeys(JSON.stringify({ lines }), [lines]), '{"lines":"[key]"}')
  })
})

it.each([
  ["git remote: https://ann:hunter2-hunter2@git.example/x.git", "git remote: https://ann:[key]@git.example/x.git"],
  ["Authorization: Bearer abcdefgh12345678", "Authorization: Bearer [key]"],
  ["postgres://postgres:postgres@localhost:5432/x", "postgres://postgres:postgres@localhost:5432/x"],
  ["http://127.0.0.1:8080/a@b Bearer tokens are words", "http://127.0.0.1:8080/a@b Bearer tokens are words"]
])("%s is known by where it stands", (text, told) => {
  assert.strictEqual(withoutKeys(text), told)
})

describe("a private key", () => {
  const body = ["MIIEpQIBAAKCAQEA0123", "456789abcdefghijklmn"]
  const [begin, end] = ["-----BEGIN RSA PRIVATE KEY-----", "-----END RSA PRIVATE KEY-----"]
  const encrypted = ["Proc-Type: 4,ENCRYPTED", "DEK-Info: AES-128-CBC,0123", ""]

  it.each([
    ["whole", [begin, ...body, end].join("\n")],
    ["with headers", [begin, ...encrypted, ...body, end].join("\n")],
    ["in JSON", JSON.stringify([begin, ...body, end].join("\n")).slice(1, -1)],
    ["cut off", [begin, ...body].join("\n")],
    [
      "cut off and numbered",
      [begin, ...body].map((line, index) => (index === 0 ? line : `   ${index}\t${line}`)).join("\n")
    ]
  ])("%s is found by its shape", (_, text) => {
    assert.strictEqual(withoutKeys(`a ${text} b`), "a [key] b")
  })

  it("of which there is only the first line is none", () => {
    assert.strictEqual(withoutKeys(`grep -r "${begin}" .`), `grep -r "${begin}" .`)
  })
})

it("takes time that grows with the text, whatever that is", () => {
  const pattern = keyPattern(["a1b2c3d4e5f6"])
  for (const unit of [
    "-----BEGIN RSA PRIVATE KEY-----",
    "-----BEGIN RSA PRIVATE KEY-----\n1",
    "\\n",
    "1\t",
    "\\",
    "://",
    "://a:",
    "://:1",
    "Bearer a",
    ":"
  ]) {
    assert.isAtLeast(`-----BEGIN RSA PRIVATE KEY-----${unit.repeat(50_000)}`.replace(pattern, "").length, 0)
  }
})

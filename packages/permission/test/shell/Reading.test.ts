import { assert, beforeAll, describe, it } from "@effect/vitest"
import { NodeReader } from "@rein/permission/node"
import type { Reader } from "@rein/permission/shell/Reading"
import { type Script, textOf, type Word } from "@rein/permission/shell/Script"
import { inScript } from "./told.ts"

let read: Reader
beforeAll(async () => {
  read = await NodeReader.load()
})

const understand = (line: string): Script => {
  const reading = read(line)
  if (reading._tag === "NotUnderstood") throw new Error(`${line}: ${reading.why}`)
  return reading.script
}

/** The words of all commands, as written where they are not plain text. */
const commands = (line: string) =>
  inScript(understand(line)).commands.map(({ words }) => words.map((word) => textOf(word) ?? word.source))

const text = (value: string, quoted = false) => ({ _tag: "Text", text: value, quoted }) as const
const word = (source: string, ...pieces: Word["pieces"]): Word => ({ source, pieces })
const plain = (value: string): Word => word(value, text(value))
const command = (...words: ReadonlyArray<Word>) =>
  ({ _tag: "Command", assignments: [], words, redirections: [] }) as const

describe("what is understood", () => {
  it.each<readonly [string, ReadonlyArray<ReadonlyArray<string>>]>([
    ["ls -la; pwd", [["ls", "-la"], ["pwd"]]],
    ["grep x 2>/dev/null src", [["grep", "x", "src"]]],
    ["> out make 2>&1 all", [["make", "all"]]],
    ["cat <<< 'a b' -n", [["cat", "-n"]]],
    ["'l's \"-\"l\\a a\\ b", [["ls", "-la", "a b"]]],
    [
      "ls a{b,c}{1..2} {} stash@{0} {,x} {,} x{,.bak}",
      [["ls", "ab1", "ab2", "ac1", "ac2", "{}", "stash@{0}", "x", "x", "x.bak"]]
    ],
    ["ls \\\n  -la # all\n", [["ls", "-la"]]],
    [
      "find . \\( -name 'a*' -o -name b \\) -exec wc {} \\;",
      [["find", ".", "(", "-name", "a*", "-o", "-name", "b", ")", "-exec", "wc", "{}", ";"]]
    ],
    ["if a; then b; elif c; then d; else e; fi", [["a"], ["b"], ["c"], ["d"], ["e"]]],
    [
      "[ -f x ] && [[ $y == z* ]]",
      [
        ["[", "-f", "x", "]"],
        ["[[", "$y", "==", "z*", "]]"]
      ]
    ],
    ["case $x in a|b*) c ;; *) d; e ;; esac", [["c"], ["d"], ["e"]]],
    [
      '! a | (b; { c; }) && `d` "$(e "$(f)")" <(g)'.replace("`d` ", "h "),
      [["a"], ["b"], ["c"], ["h", '"$(e "$(f)")"', "<(g)"], ["e", '"$(f)"'], ["f"], ["g"]]
    ]
  ])("%s", (line, expected) => {
    assert.deepStrictEqual(commands(line), expected)
  })

  it("the structure of a list of pipelines", () => {
    assert.deepStrictEqual(understand("a | b && ! c\nd || e &&\n f;"), {
      _tag: "Sequence",
      items: [
        { step: { _tag: "Pipeline", steps: [command(plain("a")), command(plain("b"))] }, next: "&&" },
        { step: { _tag: "Not", body: command(plain("c")) }, next: ";" },
        { step: command(plain("d")), next: "||" },
        { step: command(plain("e")), next: "&&" },
        { step: command(plain("f")), next: "end" }
      ]
    })
  })

  it("the pieces of words", () => {
    assert.deepStrictEqual(
      understand('e ~/a ~bob "$A/b"*.[ch] ${B}$? $((1 + 2)) "" \\*'),
      command(
        plain("e"),
        word("~/a", { _tag: "Tilde", user: "" }, text("/a")),
        word("~bob", { _tag: "Tilde", user: "bob" }),
        word(
          '"$A/b"*.[ch]',
          { _tag: "Variable", name: "A", quoted: true },
          text("/b", true),
          { _tag: "Glob", text: "*" },
          text("."),
          { _tag: "Glob", text: "[ch]" }
        ),
        word("${B}$?", { _tag: "Variable", name: "B", quoted: false }, { _tag: "Variable", name: "?", quoted: false }),
        word("$((1 + 2))", { _tag: "Number", quoted: false }),
        word('""', text("", true)),
        word("\\*", text("*"))
      )
    )
  })

  it("a heredoc in the middle of a line, and in the message of a commit", () => {
    const body = 'it\'s `not` "run" $(at all)\n'
    const heredoc = {
      operator: "<<",
      target: word("'EOF'", text("EOF", true)),
      body: word(body, text(body, true))
    } as const
    assert.deepStrictEqual(understand(`cat <<'EOF' | wc\n${body}EOF\nls`), {
      _tag: "Sequence",
      items: [
        {
          step: {
            _tag: "Pipeline",
            steps: [{ ...command(plain("cat")), redirections: [heredoc] }, command(plain("wc"))]
          },
          next: ";"
        },
        { step: command(plain("ls")), next: "end" }
      ]
    })
    const [, told] = inScript(understand(`git commit -m "$(cat <<'EOF'\n${body}EOF\n)"`)).commands
    assert.deepStrictEqual(told, { ...command(plain("cat")), redirections: [heredoc] })
  })

  it("assignments and redirections", () => {
    assert.deepStrictEqual(understand("A=1 B= x >>f 2>&1 <g"), {
      _tag: "Command",
      assignments: [
        { name: "A", value: plain("1") },
        { name: "B", value: word("") }
      ],
      words: [plain("x")],
      redirections: [
        { operator: ">>", target: plain("f") },
        { operator: ">&", descriptor: 2, target: plain("1") },
        { operator: "<", target: plain("g") }
      ]
    })
  })
})

/** By their kind: what is run, what is assigned, words, redirections, characters, tests, lists, sizes. */
const notUnderstood = [
  [
    "",
    "# nothing",
    "a &",
    "a & b",
    "x=1",
    "> f",
    "()",
    "a &&",
    "f() { a; }",
    "time (a)",
    "coproc a",
    "$X a",
    '"$(a)" b'
  ],
  [
    "export A=1",
    "unset A",
    "a[0]=1 b",
    "A+=1 b",
    "A=(1) b",
    "(( x ))",
    "let x=1 && (( y ))",
    "select x in a; do b; done"
  ],
  ["a $'b'", 'a $"b"', "a ${b:-`c`}", "a ${#b}", "a ${b@P}", "a $1 $@", "a $((b[$(c)]))", "a $[1]", "a >(b)", "a <> b"],
  [
    "a <<E\n$(b)\nE",
    "a <<$E\nb\n$E",
    "a <<E <<F\nE\nF",
    "a <<E\nb",
    "a `b \\`c\\``",
    "a b<(c)",
    "a <(b)c",
    "a >&f",
    "{fd}>f a"
  ],
  ["a\n\\b", "a b\\\nc", "a\rb", "a\u00a0b", "a\u200bb", "a\u202eb", "a\0b", "a \u001b[2J", "a \ud800", "ä b"],
  ["[ a > b ]", "[[ 'a[$(b)]' -eq 1 ]]", "[ -v a ]", "[[ a =~ `b` ]]", "[ -f a -a -f b ]", "[ a"],
  ["a {b,{c,d}}", "a {b..c}", 'a {b,"c"}', "a {1..1000}", "a ~+", "a X=~/b", "a @(b)", "{a,b}", 'a ~"b"'],
  ["x".repeat(8_193), "(".repeat(30) + "a" + ")".repeat(30), "a;".repeat(1_000), "a ".repeat(4_000)],
  // One parser takes this for two words.
  ["a -b`c`d"]
].flat()

describe("what is not understood", () => {
  it.each(notUnderstood)("%j", (line) => {
    const reading = read(line)
    assert.strictEqual(reading._tag, "NotUnderstood")
    assert.isTrue(reading._tag === "NotUnderstood" && reading.why.length > 0 && reading.why.length < 200)
  })

  it.each<readonly [string, ReadonlyArray<string>]>([
    ["rm -rf x & f() { a; }", ["rm", "-rf", "x"]],
    ["a & (b; A=1 r''m \\-rf 'x' 2>/dev/null) $'c'", ["rm", "-rf", "x"]],
    ["a ${b:-`rm x`}", ["rm", "x"]],
    ['a ${b:-$(c "`rm x`")}', ["rm", "x"]],
    ["sh -c 'rm x; b' $'c'", ["rm", "x"]],
    ["bash -c \"$(a 'rm x')\" $'c'", ["rm", "x"]],
    ["cat <<E\n$(rm x)\nE", ["rm", "x"]],
    ["bash $'c' <<E\nrm x\nE", ["rm", "x"]],
    ["$'\\x72m' x", ["rm", "x"]],
    ["rm$IFS'x'; coproc a", ["rm", "x"]],
    ["r\\\nm x", ["rm", "x"]],
    ["{rm,x}", ["rm", "x"]],
    ["f() { rm x; }; f", ["rm", "x"]],
    ["if a; then ! rm x; fi; coproc a", ["rm", "x"]],
    [`${"a;".repeat(10_000)} rm x`, ["rm", "x"]],
    [`${"$(".repeat(10_000)} rm x`, ["rm", "x"]],
    [`${" ".repeat(200_000)}rm x`, ["rm", "x"]]
  ])("%.30s shows a command to rules that deny", (line, words) => {
    const reading = read(line)
    assert.strictEqual(reading._tag, "NotUnderstood")
    if (reading._tag === "NotUnderstood") assert.deepInclude(reading.commands, words)
  })
})

it("keeps nothing of one line for the next", () => {
  const before = understand("a | b $(c)")
  for (const line of ["a 'b", "$(".repeat(300), "a;".repeat(300), "<<E ".repeat(100)]) read(line)
  assert.deepStrictEqual(understand("a | b $(c)"), before)
})

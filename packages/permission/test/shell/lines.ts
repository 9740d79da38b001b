/** Command lines made of positions, in which words are spelled in many ways. */
import type { Random } from "./random.ts"

/** A place is `C` for a command with its words, `W` for one word, `F` for a file, `B` for a word in double quotes. */
const everydayPositions = [
  "C",
  "C; C",
  "C;",
  "C && C || C",
  "C | C | C",
  "C |& C",
  "C\nC\n",
  "! C",
  "(C; C) > F",
  "{ C; C; } 2>&1 | C",
  "C > F 2>&1",
  "C 2>/dev/null W | C",
  "> F C",
  "C >> F W",
  "C &> F",
  "C < a.txt",
  "KEY=W C",
  "A=1 B=W C W",
  "C $(C)",
  'C "$(C)" W',
  'C "pre B $(C | C) post"',
  "C `C`",
  "C <(C) W",
  "C $((1 + 2)) $?",
  'C "$KEY" ${KEY} $#',
  "C # C",
  "# C\nC",
  "C \\\n  W W",
  "C W*.txt ?.md [ab]*",
  "C {W1,W2} x{,.bak} {1..3}",
  "C \\( W \\) \\;",
  "C -exec W {} +",
  "for x in W W; do C; done",
  'for x in *.txt; do\n  C "$x"\n  C\ndone',
  "for x in W W\ndo C $x; done | C",
  "if C; then C; fi",
  "if C; then C; elif C; then C; else C; fi > F",
  "if ! C; then C; fi; C",
  "while fails; do C; done",
  "until works; do C; done < a.txt",
  "[ -f W ] && C",
  '[ "$KEY" = W ] || C',
  "[[ -f W && ! -d W ]] && C",
  "[[ $KEY == W* ]] || C",
  "if [ -z W ]; then C; fi",
  "case W in W) C ;; a|b*) C; C ;; *) C ;; esac",
  "C <<'EOF'\n$(C) `C` W\nEOF\nC",
  "C <<EOF\nplain text\nEOF",
  "C > F <<'EOF'\nC\nEOF",
  "C <<'EOF' | C\nC\nEOF",
  "C <<-EOF\n\tplain\n\tEOF\nC",
  'C -m "$(C <<\'EOF\'\nit\'s C "x"\nEOF\n)"',
  "C <<< W",
  'C <<< "$KEY" | C',
  "C ~ ~/W",
  "(C)",
  "(cd W && C) && C",
  "C && C 2>&1 | C",
  "C || C | C; C && C >F | C"
]

/** What people hardly write, and what parsers stumble over. */
const unusualPositions = [
  "C & C",
  "C &",
  "KEY=W; C",
  "KEY=$(C) C",
  "KEY=W",
  "K[$(C)]=1 C",
  "KEY+=W C",
  "KEY=(W W) C",
  "f() { C; }; f",
  "time C | C",
  "coproc C",
  "C ${KEY:-$(C)}",
  "C ${KEY:-`C`}",
  "C \"${KEY:-'$(C)'}\"",
  "C ${#KEY} ${KEY%%`C`}",
  "C $((KEY[$(C)]))",
  "[[ 'KEY[$(C)]' -eq 1 ]] || C",
  "[ -v 'KEY[$(C)]' ] || C",
  "[ W > F ] && C",
  "C <<EOF\n`C` $(C)\nEOF",
  "C <<EOF\n\\$(C) $\nEOF\nC",
  "C <<A <<B\nC\nA\nC\nB",
  "C <<EOF; C\nC\nEOF",
  "C <<EOF && C\nplain\nEOF\nC",
  "C <<$KEY\nC\n$KEY\nC",
  'C <<E"O"F\nC\nEOF\nC',
  "C <<\\EOF\n$(C)\nEOF",
  'C "\nC" <<EOF\nC\nEOF',
  "C 'a\nC' W\nC",
  "C\n\\C",
  "C W\\\nW",
  "C \\\nC",
  "C # C \\\nC",
  "C `C \\`C\\``",
  'C "`C \\"$(C)\\"`"',
  "C $(C # )\n)",
  "C $(C <<EOF\nC)\nEOF\n)",
  "C $(case W in W) C;; esac)",
  "C >(C)",
  "C {W,$(C)} {C}",
  "{C,C}",
  "C 2>&1- {fd}> F",
  "C >& F",
  "C <> F",
  "C 2>& 1 W",
  "C 3> F >&3 W",
  "C $'a\\'; C; '",
  'C $"W"',
  "C \\' C \\'",
  "C '\\' C '",
  'C "\\" C \\\\" C',
  "C a#b #c\nC",
  "C $#C",
  "C ;; C",
  "C (C)",
  "C \\  W",
  "C\u00a0W",
  "C\rC",
  "C\u000bC",
  "C $ C",
  'C "$" "$ C"',
  "C @(W|W)",
  "C [W W]",
  "C !C !! !$",
  "! ! C",
  "for ((i=0;i<1;i++)); do C; done",
  "for x; do C; done",
  "for x in W; { C; }",
  "select x in W; do C; done",
  "((KEY=1)) && C",
  "let KEY=1 && C",
  "eval 'C'",
  "case W in W) C ;& *) C ;; esac",
  'case $(C) in (W|"W") C;; esac',
  "if C; then\n# C\nC\nfi\nC",
  "while fails; do C; done; C\n\nC",
  "C;\n\n C ;",
  "C &&\n\n# C\nC |\nC",
  "C > F > F W < a.txt W",
  "C W>F W2>F",
  "2>&1 C",
  "2 > F C",
  "[ W ] && C]",
  "[[ W =~ $(C) ]]",
  "[[ -n W || ( W != W && -e W ) ]] && C",
  "[ ! W ] || [ -n W -a -n W ] && C",
  "{ C; } ; { C\n}",
  "((C) | (C))",
  "( (C); C )",
  "if (C); then { C; }; fi",
  "C ]] [[ ] }",
  "C if then fi",
  "'if' W; C",
  "then C",
  "C -W`C`W",
  "C =~W W=~/W :~ ~+ ~fails/W",
  "C stash@{0} @{u} {} {a} {a..c} {01..3}",
  'C {W,{W,W}} {W","W}',
  'C *W? [!a]* [a"b"] [',
  "export KEY=W; C",
  "unset KEY; C",
  "KEY=W export KEY",
  "C $$ $! $- $0 $1 $@",
  "C ${!KEY} ${KEY@P} ${KEY[0]}",
  'C "$KEY"\'W\'$KEY"W"',
  "C$KEY W",
  "$KEY C",
  '"$(C)" W',
  "C $()",
  "C ``",
  "()",
  "C 2>&-",
  ": C; : W"
]

/** Names that no program and no builtin has: whatever is run is recorded. One of them fails. */
const names = ["alpha", "beta-x", "works", "fails", "g2.mjs"]

const plainWords = [
  "W",
  "src",
  "-n",
  "--long=x",
  "a.txt",
  "./b/c",
  "x_y",
  "1",
  "a:b",
  "@t",
  "50%",
  "k=v",
  "é",
  "+x",
  "^a"
]

const everydaySpelling: ReadonlyArray<(word: string) => string> = [
  (word) => word,
  (word) => word,
  (word) => `'${word}'`,
  (word) => `"${word}"`,
  (word) => `"${word} two"`,
  (word) => `'${word} $x \`y\` "z"'`,
  (word) => `"${word} it's; | & > ok"`,
  (word) => `${word}\\ two`,
  (word) => `"$KEY/${word}"`,
  (word) => `${word}"two"'three'`,
  (word) => `"${word} \\$x \\"q\\" \\\\n"`
]

const unusualSpelling: ReadonlyArray<(word: string) => string> = [
  (word) => `${word}""`,
  (word) => `''${word}`,
  (word) => `\\${word}`,
  (word) => [...word].map((char) => (/\w/.test(char) ? `\\${char}` : char)).join(""),
  (word) => `${word.slice(0, 1)}'${word.slice(1)}'`,
  (word) => `$'${word}'`,
  (word) => `$"${word}"`,
  (word) => `${word}\\\n`,
  (word) => `${word.slice(0, 1)}\\\n${word.slice(1)}`,
  (word) => `${word}$NONE`,
  (word) => `${word}\${NONE}`,
  (word) => `${word}\`\``,
  (word) => `${word}$()`,
  (word) => `{${word},${word}}`,
  (word) => `${word}{,}`,
  (word) => `${word}$IFS-x`,
  (word) => `$(echo ${word})`,
  (word) => `"${word}\n${word}"`,
  (word) => `"${word}$"`,
  (word) => `${word}$`,
  (word) => `${word}#x`,
  (word) => `${word}*`,
  (word) => `[${word}]`,
  (word) => `"\\${word}"`,
  (word) => `'${word}'\\''${word}'`,
  (word) => `~${word}`,
  (word) => `${word}~`,
  (word) => `${word}\\`,
  (word) => `\${KEY:-${word}}`,
  (word) => `"\${KEY:+"${word}"}"`,
  (word) => `${word}\u200b`,
  (word) => `${word}\t\t`
]

interface Style {
  readonly positions: ReadonlyArray<string>
  readonly spell: (random: Random, word: string) => string
  readonly name: (random: Random) => string
}

const everyday: Style = {
  positions: everydayPositions,
  spell: (random, word) => random.pick(everydaySpelling)(word),
  name: (random) => random.pick(names)
}

const unusual: Style = {
  positions: [...everydayPositions, ...unusualPositions, ...unusualPositions],
  spell: (random, word) => random.pick(random.below(3) === 0 ? unusualSpelling : everydaySpelling)(word),
  name: (random) => {
    const name = random.pick(names)
    return random.below(6) === 0 ? random.pick(unusualSpelling)(name) : name
  }
}

/** In double quotes and tests, `F` and `B` stand for what needs no spelling. */
const fill = (random: Random, style: Style, position: string): string => {
  const word = () => style.spell(random, random.pick(plainWords))
  const command = () => [style.name(random), ...Array.from({ length: random.below(3) }, word)].join(" ")
  return position.replaceAll(/\b[CWFB](?![a-zA-Z])|[CWFB](?=\d)/g, (place) => {
    if (place === "C") return command()
    if (place === "W") return word()
    return place === "F" ? `out${random.below(3)}` : "text"
  })
}

/** One line of everyday forms only. */
export const everydayLine = (random: Random): string => fill(random, everyday, random.pick(everyday.positions))

/** One line of any forms. */
export const unusualLine = (random: Random): string => fill(random, unusual, random.pick(unusual.positions))

const characters = " \t\n;|&()<>{}[]\"'`$\\#~*?!=-/,.:^%@+a1é\u0000\r\u200b"

const symbols = "$( ${ $(( )) << <<E && || ;; <( '' \"\" [[ ]] 2>&1 alpha fi esac $x".split(" ")

const fragments = [...characters, ...symbols, "\nE\n", "\\\n", "if ", "then ", "do ", "done ", "for x in ", "case "]

/** A line with some places changed, so that it is just beside what is written on purpose. */
export const changedLine = (random: Random): string => {
  let line = random.below(2) === 0 ? everydayLine(random) : unusualLine(random)
  for (let change = random.below(3); change >= 0; change--) {
    const at = random.below(line.length + 1)
    const removed = random.below(3) === 0 ? 1 + random.below(3) : 0
    const added = random.below(4) === 0 ? "" : random.pick(fragments)
    line = line.slice(0, at) + added + line.slice(at + removed)
  }
  return line
}

/** Any fragments, one after the other. */
export const randomLine = (random: Random): string =>
  Array.from({ length: 1 + random.below(30) }, () => random.pick(fragments)).join("")

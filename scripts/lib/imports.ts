// Finds what a TypeScript file imports, types included, by walking its tokens; no parser is needed for that.

/** One module that a file names, and the line where it does. */
export interface Import {
  readonly specifier: string
  readonly line: number
}

const comment = /\/\/[^\n]*|\/\*[\s\S]*?\*\//y
const quoted = /"(?:[^"\\\n]|\\[\s\S])*"|'(?:[^'\\\n]|\\[\s\S])*'/y
const regex = /\/(?:[^/\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*/y
/** The code before a quoted text that makes it the name of a module. */
const naming = /(?:\bfrom|\bimport|\bexport|\b(?:import|require)\s*\()\s*$/
/** The code before a slash that makes it the start of a regular expression and not a division. */
const beforeRegex = /(?:^|[(,=:[!&|?{};+\-*%<>~^]|\b(?:return|typeof|case|in|of|void|yield|await))\s*$/

/** All imports, re-exports, dynamic imports with a literal, import types and `require` calls of a source text. */
export const findImports = (source: string): ReadonlyArray<Import> => {
  const found: Array<Import> = []
  const braces: Array<"template" | "block"> = []
  let code = ""
  let at = 0
  const matchAt = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at
    return pattern.exec(source)?.[0]
  }
  const skipTemplate = () => {
    while (at < source.length) {
      if (source[at] === "\\") at += 2
      else if (source[at] === "`") return void at++
      else if (source.startsWith("${", at)) {
        braces.push("template")
        return void (at += 2)
      } else at++
    }
  }
  while (at < source.length) {
    const char = source[at] ?? ""
    const skipped = char === "/" ? matchAt(comment) : undefined
    if (skipped !== undefined) {
      at += skipped.length
      continue
    }
    const text = char === '"' || char === "'" ? matchAt(quoted) : undefined
    if (text !== undefined) {
      if (naming.test(code)) found.push({ specifier: text.slice(1, -1), line: lineAt(source, at) })
      code = `${code.slice(-60)}_`
      at += text.length
      continue
    }
    const expression = char === "/" && beforeRegex.test(code) ? matchAt(regex) : undefined
    if (expression !== undefined) {
      code += "_"
      at += expression.length
      continue
    }
    at++
    if (char === "`") {
      skipTemplate()
      code += "_"
    } else if (char === "}" && braces.pop() === "template") {
      skipTemplate()
      code += "_"
    } else {
      if (char === "{") braces.push("block")
      code = (code + char).slice(-80)
    }
  }
  return found
}

const lineAt = (source: string, offset: number): number => source.slice(0, offset).split("\n").length

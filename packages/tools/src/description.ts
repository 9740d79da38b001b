/** Reads the description of a tool from the text file beside its module. */
import { readFileSync } from "node:fs"

const placeholder = /\{\{(\w+)\}\}/g

/**
 * The text of a file with each `{{name}}` replaced by its value.
 *
 * Throws where a placeholder has no value or a value has no placeholder: that
 * is a mistake in the tool, to be seen when it is made and not by the model.
 */
export const description = (file: URL, values: Readonly<Record<string, string | number>> = {}): string => {
  const text = readFileSync(file, "utf8").trim()
  const used = new Set<string>()
  const filled = text.replaceAll(placeholder, (_, name: string) => {
    const value = Object.hasOwn(values, name) ? values[name] : undefined
    if (value === undefined) throw new Error(`${file.pathname}: the placeholder {{${name}}} has no value`)
    used.add(name)
    return String(value)
  })
  const unused = Object.keys(values).find((name) => !used.has(name))
  if (unused !== undefined) throw new Error(`${file.pathname}: the value of ${unused} has no placeholder {{${unused}}}`)
  return filled
}

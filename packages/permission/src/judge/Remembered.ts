/** Facts that are looked up once: a line may name the same place many times. */
import type { Facts } from "./Judgement.ts"

/** The same function, which is asked once for each key. */
export const once = <Value>(look: (key: string) => Value): ((key: string) => Value) => {
  const known = new Map<string, { readonly value: Value }>()
  return (key) => {
    const found = known.get(key) ?? { value: look(key) }
    known.set(key, found)
    return found.value
  }
}

/** The same facts, for as long as one judgement takes. */
export const remembering = ({ entries, program, realPath, text }: Facts): Facts => ({
  entries: once(entries),
  program: once(program),
  realPath: once(realPath),
  text: once(text)
})

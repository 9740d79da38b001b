/** Collects the output of a program as text, in bounded memory. */

/** Where a piece came from; both streams become one text, in the order in which they come. */
export type StreamName = "stdout" | "stderr"

/** What comes first and what comes last is kept; in between whole pieces are dropped. In UTF-16 units. */
export interface Limits {
  readonly head: number
  readonly tail: number
}

/** 1024 × 1024 units in all, three quarters of them for the end. */
export const defaults: Limits = { head: 256 * 1024, tail: 768 * 1024 }

/** Pieces smaller than this are joined, so that there are never many. */
const pieceLength = 16 * 1024

/** What one run has printed; both streams count against the same limits. */
export interface Output {
  /** Takes a piece; gives its text, which may be shorter by a character that is not complete yet. */
  readonly add: (stream: StreamName, bytes: Uint8Array) => string
  /** All of it, with a remark where something is missing. */
  readonly finish: () => string
}

/** Makes an empty output. Each stream has its own decoder, so that a character may come in two pieces. */
export const make = (limits: Limits = defaults): Output => {
  const decoders = { stdout: new TextDecoder(), stderr: new TextDecoder() }
  let head = ""
  const tail: Array<string> = []
  let tailLength = 0
  let dropped = 0

  const keep = (text: string) => {
    const room = limits.head - head.length
    const fits = dropped > 0 || tailLength > 0 ? 0 : boundary(text, room)
    head += text.slice(0, fits)
    if (fits === text.length) return
    const rest = text.slice(fits)
    const last = tail.at(-1)
    if (last !== undefined && last.length < pieceLength) tail[tail.length - 1] = last + rest
    else tail.push(rest)
    tailLength += text.length - fits
    while (tail.length > 1 && tailLength - (tail[0]?.length ?? 0) >= limits.tail) {
      const length = tail.shift()?.length ?? 0
      tailLength -= length
      dropped += length
    }
  }

  return {
    add: (stream, bytes) => {
      const text = decoders[stream].decode(bytes, { stream: true })
      keep(text)
      return text
    },
    finish: () => {
      keep(decoders.stdout.decode())
      keep(decoders.stderr.decode())
      const remark = dropped === 0 ? "" : `\n[${dropped} characters in the middle were not kept]\n`
      return head + remark + tail.join("")
    }
  }
}

/** The longest start of the text with at most so many units that ends between characters. */
const boundary = (text: string, length: number): number => {
  if (text.length <= length) return text.length
  const at = Math.max(length, 0)
  return at > 0 && (text.codePointAt(at - 1) ?? 0) > 0xffff ? at - 1 : at
}

/**
 * UUIDv7 from a pool of random bytes.
 *
 * Each draw from the system costs about as much as storing an event, and every
 * event has an id; so 4 KiB are drawn at once. The pool is shared by all
 * runtimes of the process and holds nothing but randomness.
 */
const pool = new Uint8Array(4_096)
const hex = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"))
let used = pool.length

const take = (count: number): number => {
  if (used + count > pool.length) {
    globalThis.crypto.getRandomValues(pool)
    used = 0
  }
  const from = used
  used += count
  return from
}

/** Ten random bytes after 48 bits of time, with the version and variant bits of RFC 9562. */
export const uuid = (): string => {
  const from = take(10)
  const byte = (index: number): number => pool[from + index] ?? 0
  const text = (value: number): string => hex[value] ?? ""
  const time = Date.now().toString(16).padStart(12, "0")
  const version = text((byte(0) & 0x0f) | 0x70) + text(byte(1))
  const variant = text((byte(2) & 0x3f) | 0x80) + text(byte(3))
  let rest = ""
  for (let index = 4; index < 10; index++) rest += text(byte(index))
  return `${time.slice(0, 8)}-${time.slice(8)}-${version}-${variant}-${rest}`
}

/**
 * Places of a segment (literal code points and `?`, no star) in a value.
 *
 * A literal segment is found by Knuth, Morris and Pratt in linear time. Where
 * question marks stand between letters that is not known to be possible, so
 * many places are tried at once, 32 to a machine word: no more of them than
 * the place that is found is far away, for a pattern may have many segments.
 */

/** Code points of a text. */
export type Codes = Uint32Array

const anyCode = 0x3f // a question mark

/** The code points of a text. */
export const codesOf = (text: string): Codes => {
  const codes = new Uint32Array(text.length)
  let count = 0
  for (const character of text) codes[count++] = character.codePointAt(0) ?? 0
  return count === text.length ? codes : codes.subarray(0, count)
}

/** Does the segment stand at this place? */
export const standsAt = (segment: Codes, value: Codes, at: number): boolean => {
  if (at < 0 || at + segment.length > value.length) return false
  for (let index = 0; index < segment.length; index++) {
    if (segment[index] !== anyCode && segment[index] !== value[at + index]) return false
  }
  return true
}

/** Does the segment stand at the end, and not before this place? */
export const endsAt = (segment: Codes, value: Codes, from: number): boolean => {
  const at = value.length - segment.length
  return at >= from && standsAt(segment, value, at)
}

/** The first place of the segment from here on, else -1. */
export const find = (segment: Codes, value: Codes, from: number): number => {
  if (standsAt(segment, value, from)) return from
  let [begin, end] = [0, segment.length]
  while (begin < end && segment[begin] === anyCode) begin++
  while (begin < end && segment[end - 1] === anyCode) end--
  if (begin === end) return -1
  const inner = segment.subarray(begin, end)
  const at = inner.includes(anyCode) ? findWithAny(inner, value, from + begin) : findLiteral(inner, value, from + begin)
  return at === -1 || at + segment.length - begin > value.length ? -1 : at - begin
}

/** How far the segment's own beginning reaches back at each of its places. */
const bordersOf = (segment: Codes): Uint32Array => {
  const borders = new Uint32Array(segment.length)
  let border = 0
  for (let at = 1; at < segment.length; at++) {
    while (border > 0 && segment[at] !== segment[border]) border = borders[border - 1] ?? 0
    if (segment[at] === segment[border]) border++
    borders[at] = border
  }
  return borders
}

const findLiteral = (segment: Codes, value: Codes, from: number): number => {
  const borders = bordersOf(segment)
  let matched = 0
  for (let at = from; at < value.length; at++) {
    while (matched > 0 && value[at] !== segment[matched]) matched = borders[matched - 1] ?? 0
    if (value[at] === segment[matched]) matched++
    if (matched === segment.length) return at + 1 - matched
  }
  return -1
}

/** Where each of the wanted code points stands between these places, counted from the first. */
const placesOf = (
  wanted: ReadonlyMap<number, unknown>,
  value: Codes,
  from: number,
  to: number
): ReadonlyMap<number, Array<number>> => {
  const places = new Map<number, Array<number>>()
  for (let at = from; at < to; at++) {
    const code = value[at] ?? 0
    if (!wanted.has(code)) continue
    const known = places.get(code)
    if (known === undefined) places.set(code, [at - from])
    else known.push(at - from)
  }
  return places
}

/** A part of the words of a set; outside of it all are zero. */
interface Range {
  readonly first: number
  readonly last: number
}

/** Keeps the beginnings at which this bit, `offset` further on, is set, and tells where any are left. */
const keep = (
  beginnings: Uint32Array,
  { first, last }: Range,
  bits: Uint32Array,
  offset: number
): Range | undefined => {
  const [words, shift] = [offset >>> 5, offset & 31]
  let [low, high] = [-1, -1]
  for (let index = first; index <= last; index++) {
    const left = (bits[index + words] ?? 0) >>> shift
    const right = shift === 0 ? 0 : (bits[index + words + 1] ?? 0) << (32 - shift)
    const kept = (beginnings[index] ?? 0) & (left | right)
    beginnings[index] = kept
    if (kept === 0) continue
    if (low === -1) low = index
    high = index
  }
  return low === -1 ? undefined : { first: low, last: high }
}

/** A segment this short is quick to compare at one place after the other. */
const shortSegment = 64

const findWithAny = (segment: Codes, value: Codes, from: number): number => {
  const last = value.length - segment.length
  if (segment.length <= shortSegment) {
    for (let at = from; at <= last; at++) if (standsAt(segment, value, at)) return at
    return -1
  }
  const offsets = Map.groupBy(segment.keys(), (offset) => segment[offset] ?? 0)
  offsets.delete(anyCode)
  let count = segment.length
  for (let at = from; at <= last; at += count, count *= 2) {
    const found = findAmong(Math.min(count, last + 1 - at), at, offsets, segment, value)
    if (found !== -1) return found
  }
  return -1
}

/** So many beginnings are possible, until a code point of the segment does not stand where it would have to. */
const findAmong = (
  count: number,
  from: number,
  offsets: ReadonlyMap<number, ReadonlyArray<number>>,
  segment: Codes,
  value: Codes
): number => {
  const reach = count + segment.length - 1
  const places = placesOf(offsets, value, from, from + reach)
  const rarestFirst = [...offsets]
    .map(([code, wanted]) => ({ wanted, found: places.get(code) ?? [] }))
    .toSorted((a, b) => a.found.length - b.found.length)
  const beginnings = new Uint32Array((count + 31) >>> 5).fill(~0)
  const bits = new Uint32Array((reach + 31) >>> 5)
  let range: Range = { first: 0, last: beginnings.length - 1 }
  for (const { found, wanted } of rarestFirst) {
    for (const at of found) bits[at >>> 5] = (bits[at >>> 5] ?? 0) | (1 << (at & 31))
    for (const offset of wanted) {
      const left = keep(beginnings, range, bits, offset)
      if (left === undefined) return -1
      range = left
    }
    for (const at of found) bits[at >>> 5] = 0
  }
  const word = beginnings[range.first] ?? 0
  return from + range.first * 32 + (31 - Math.clz32(word & -word))
}

/** Other ways to write what curl is told: `-sXDELETE` is `-s -X DELETE` and `--request DELETE`, and `--json x` sends data as `-d x` does. */

/** Long options by their short ones; of several, the first is the usual one. */
const options: Readonly<Record<string, ReadonlyArray<string>>> = {
  "-X": ["--request"],
  "-d": ["--data", "--data-raw", "--data-binary", "--data-ascii", "--data-urlencode", "--json"],
  "-F": ["--form", "--form-string"],
  "-T": ["--upload-file"],
  "-H": ["--header"],
  "-o": ["--output"],
  "-u": ["--user"],
  "-x": ["--proxy"],
  "-b": ["--cookie"],
  "-c": ["--cookie-jar"],
  "-e": ["--referer"],
  "-K": ["--config"],
  "-A": ["--user-agent"],
  "-w": ["--write-out"],
  "-m": ["--max-time"],
  "-r": ["--range"],
  "-E": ["--cert"],
  "-k": ["--insecure"],
  "-O": ["--remote-name"],
  "-L": ["--location"],
  "-G": ["--get"],
  "-I": ["--head"]
}

const takesValue = /^-[XdFTHouxbceKAwmrECYyzDtPQ]$/

/** An option and its value, or another word alone. */
type Part = ReadonlyArray<string>

const shortOf = (long: string): string | undefined =>
  Object.keys(options).find((short) =>
    options[short]?.some((one) => one === long || (long.length > 5 && one.startsWith(long)))
  )

const withMethod = ([option = "", value]: Part): Part =>
  value === undefined ? [option] : [option, option === "-X" ? value.toUpperCase() : value]

const partsOf = (words: ReadonlyArray<string>): ReadonlyArray<Part> => {
  const parts: Array<Part> = []
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? ""
    if (word.startsWith("--")) {
      const [, name = word, value] = /^(--[^=]+)=(.*)$/s.exec(word) ?? []
      const short = shortOf(name)
      const isGiven = value !== undefined || short === undefined || !takesValue.test(short)
      parts.push(withMethod([short ?? name, ...(value !== undefined ? [value] : isGiven ? [] : [words[++at] ?? ""])]))
    } else if (/^-[A-Za-z#0-9]/.test(word)) {
      for (let place = 1; place < word.length; place++) {
        const short = `-${word[place]}`
        if (!takesValue.test(short)) parts.push([short])
        else {
          const glued = word.slice(place + 1)
          parts.push(withMethod([short, glued === "" ? (words[++at] ?? "") : glued]))
          break
        }
      }
    } else parts.push([word])
  }
  return parts
}

const inLong = ([option = "", ...value]: Part): Part => [options[option]?.[0] ?? option, ...value]

/** More options than these are not moved. */
const maximumMoved = 16

/** The command with its options short and long, and each of them in front and at the end. */
export const curlWays = ([name = "", ...rest]: ReadonlyArray<string>): ReadonlyArray<string> => {
  const short = partsOf(rest.slice(0, 200))
  const found = short.filter(([option]) => option?.startsWith("-")).slice(0, maximumMoved)
  return [short, short.map(inLong)].flatMap((parts, at) => [
    [name, ...parts.flat()].join(" "),
    ...found.flatMap((part) => {
      const one = at === 0 ? part : inLong(part)
      const others = short.filter((other) => other !== part).flat()
      return [[name, ...one, ...others].join(" "), [name, ...others, ...one].join(" ")]
    })
  ])
}

/** Paths as text: absolute, compared by their components, without a look at the disk. */

/** An absolute path without `.`, `..` and double slashes. */
export const normalize = (path: string): string => {
  const parts: Array<string> = []
  for (const part of path.split("/")) {
    if (part === "..") parts.pop()
    else if (part !== "" && part !== ".") parts.push(part)
  }
  return `/${parts.join("/")}`
}

/** The path as seen from the directory; neither is changed otherwise, so `..` behind a link is still to be followed. */
export const join = (directory: string, path: string): string =>
  path.startsWith("/") ? path : `${directory === "/" ? "" : directory}/${path}`

/** Is the path the directory or inside of it? Both normal. */
export const isInside = (directory: string, path: string): boolean =>
  path === directory || path.startsWith(directory === "/" ? "/" : `${directory}/`)

/** The path from the directory on; empty for the directory itself. */
export const within = (directory: string, path: string): string =>
  path === directory ? "" : path.slice(directory === "/" ? 1 : directory.length + 1)

/** The directory above a normal path; the root is above itself. */
export const parent = (path: string): string => path.slice(0, path.lastIndexOf("/")) || "/"

/** The last name of a path, also where slashes stand behind it; empty for the root. */
export const baseName = (path: string): string => {
  const trimmed = path.replace(/\/+$/, "")
  return trimmed.slice(trimmed.lastIndexOf("/") + 1)
}

/** Does the path leave what it went into, as `a/../b` does? Then it is not what its beginning says. */
export const turnsBack = (path: string): boolean =>
  /(?:^|\/)(?!\.{1,2}(?:\/|$))[^/]+\/+(?:\.\/+)*\.\.(?:\/|$)/.test(path)

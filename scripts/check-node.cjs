// Stops with a clear message when the running Node is too old; plain old JavaScript, because an old Node has to be able to read it.
"use strict"

var minimum = [22, 19]

/** Whether a version such as "v22.19.0" is new enough. */
function isSupported(version) {
  var parts = /^v?(\d+)\.(\d+)/.exec(version)
  if (parts === null) return false
  var major = Number(parts[1])
  var minor = Number(parts[2])
  return major > minimum[0] || (major === minimum[0] && minor >= minimum[1])
}

/** What to tell a person whose Node is too old. */
function explain(version, path) {
  var wanted = minimum.join(".")
  return [
    "This Node is too old for Rein.",
    "",
    "  running:  Node " + version + " (" + path + ")",
    "  needed:   Node " +
      wanted +
      " or newer; older ones lack node:sqlite without a flag and cannot run TypeScript files",
    "",
    "What to do:",
    "  - In this repository, run `npm ci` and start everything through npm (`npm test`, `npm run demo`):",
    "    the install brings its own Node 24 into node_modules, and npm scripts use that one.",
    "  - If it did not arrive, the install scripts were switched off: run `npm ci --ignore-scripts=false --allow-scripts=node`.",
    "  - In your own project, install Node " + wanted + " or newer, for example from https://nodejs.org.",
    ""
  ].join("\n")
}

module.exports = { isSupported: isSupported, explain: explain }

if (require.main === module && !isSupported(process.version)) {
  process.stderr.write(explain(process.version, process.execPath))
  process.exit(1)
}

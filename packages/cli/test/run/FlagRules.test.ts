import { mkdir, symlink } from "node:fs/promises"
import { homedir } from "node:os"
import { join } from "node:path"
import { Rules } from "@rein/permission"
import { Effect } from "effect"
import { expect, it } from "vitest"
import * as FlagRules from "../../src/run/FlagRules.ts"
import { place } from "../support.ts"

const none: FlagRules.Given = { allow: [], ask: [], deny: [], yes: false }

const layersOf = (given: Partial<FlagRules.Given>, directory = "/project") =>
  Effect.runPromise(
    Effect.match(FlagRules.layers({ ...none, ...given }, directory), {
      onFailure: ({ message }) => message,
      onSuccess: (layers) => layers
    })
  )

const decide = async (given: Partial<FlagRules.Given>, permission: string, value: string, directory?: string) => {
  const layers = await layersOf(given, directory)
  return typeof layers === "string" ? layers : Rules.explain(layers, permission, value).action
}

it.each([
  [{ allow: ["bash:npm test*"] }, "bash", "npm test -- x", "allow"],
  [{ allow: ["bash:npm test*"] }, "bash", "npm run x", "ask"],
  [{ allow: ["bash"] }, "bash", "anything\nat all", "allow"],
  [{ allow: ["bash"] }, "edit", "/project/a", "ask"],
  [{ allow: ["edit:src/*"] }, "edit", "/project/src/a.ts", "allow"],
  [{ allow: ["edit:src/*"] }, "edit", "/other/src/a.ts", "ask"],
  [{ deny: ["edit:../*.env"] }, "edit", "/a.env", "deny"],
  [{ deny: ["read:*.pem"] }, "read", "/anywhere/key.pem", "deny"],
  [{ deny: ["read:/etc/*"] }, "read", "/etc/passwd", "deny"],
  [{ deny: ["read:~"] }, "read", homedir(), "deny"],
  [{ deny: ["read:~/.ssh/*"] }, "read", `${homedir()}/.ssh/id`, "deny"],
  [{ deny: ["read:$HOME/.ssh/*"] }, "read", `${homedir()}/.ssh/id`, "deny"],
  [{ deny: ["read:~user/*"] }, "read", "/project/~user/a", "deny"],
  [{ allow: ["mcp_*:*"] }, "mcp_files", "x", "allow"],
  // The order of the flags does not matter: the strictest one that matches wins.
  [{ allow: ["bash"], ask: ["bash:git *"], deny: ["bash:git push*"] }, "bash", "git push -f", "deny"],
  [{ allow: ["bash"], ask: ["bash:git *"], deny: ["bash:git push*"] }, "bash", "git log", "ask"],
  [{ yes: true }, "bash", "rm -rf x", "allow"],
  [{ yes: true, deny: ["bash:rm *"] }, "bash", "rm -rf x", "deny"],
  [{ yes: true, ask: ["bash:git push*"] }, "bash", "git push", "ask"]
] as const)("%j: %s of %j is %s", async (given, permission, value, expected) => {
  expect(await decide(given, permission, value)).toBe(expected)
})

it("follows links in what exists of a path, as the values of rules do", async () => {
  const { folder, project } = await place()
  await mkdir(join(folder, "real/inner"), { recursive: true })
  await symlink(join(folder, "real"), join(project, "link"))
  const given = { deny: ["edit:link/inner/new/*", "read:link"] }
  expect(await decide(given, "edit", join(folder, "real/inner/new/a.ts"), project)).toBe("deny")
  expect(await decide(given, "read", join(folder, "real"), project)).toBe("deny")
})

it.each([
  ["npm test", /"npm test" \(in --allow\) is no rule: write permission:pattern/],
  ["", /"" \(in --allow\) is no rule/],
  ["write:secrets/*", /"write" .* is called edit/],
  ["bsah:ls", /no permission "bsah" .*Did you mean bash\?/]
])("refuses %j", async (text, message) => {
  expect(await layersOf({ allow: [text] })).toMatch(message)
})

it("refuses a relative path where the directory's name would be a pattern", async () => {
  expect(await layersOf({ allow: ["edit:src/*"] }, "/a*b")).toMatch(/holds a wildcard/)
  expect(await layersOf({ allow: ["edit:~a/*"] }, "/a*b")).toMatch(/holds a wildcard/)
  expect(await decide({ deny: ["edit:$HOME/x"] }, "edit", `${homedir()}/x`, "/a*b")).toBe("deny")
  expect(await decide({ deny: ["edit:*.ts"] }, "edit", "/a*b/x.ts", "/a*b")).toBe("deny")
})

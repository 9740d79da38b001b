import { Rules } from "@rein/permission"
import { expect, it } from "vitest"
import { builtIn } from "../src/BuiltInRules.ts"

const decide = (permission: string, value: string, directory = "/project") =>
  Rules.explain([builtIn(directory)], permission, value).action

it.each([
  ["read", "/project", "allow"],
  ["read", "/project/src/a.ts", "allow"],
  ["read", "/project/.env", "ask"],
  ["read", "/project/api/.env.local", "ask"],
  ["read", "/project/.envrc", "ask"],
  ["read", "/project/.env/keys", "ask"],
  ["read", "/project/.env.example", "allow"],
  ["read", "/project/api/.env.example", "allow"],
  ["read", "/project/api/.env.example.local", "ask"],
  ["read", "/other/.env.example", "ask"],
  ["read", "/projects/a.ts", "ask"],
  ["read", "/etc/passwd", "ask"],
  ["glob", "/project", "allow"],
  ["glob", "/etc", "ask"],
  ["grep", "/project/src", "allow"],
  ["grep", "/projects", "ask"],
  ["edit", "/project/src/a.ts", "ask"],
  ["bash", "ls", "allow"],
  ["bash", "rm x", "ask"],
  ["external_directory", "/etc", "ask"]
])("%s of %s: %s", (permission, value, action) => {
  expect(decide(permission, value)).toBe(action)
})

it("a star in the directory's name widens nothing", () => {
  expect(decide("read", "/a*b/x", "/a*b")).toBe("ask")
})

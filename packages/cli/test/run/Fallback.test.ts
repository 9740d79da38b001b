import { expect, it } from "vitest"
import { place, rein, serve, ways } from "../support.ts"

it("asks another model for the rest of the turn when a person has allowed its price", async () => {
  const here = await place()
  const empty = { error: { type: "billing_error", message: "Your credit balance is too low." } }
  const broken = await serve(() => [{ error: { status: 402, body: empty } }])
  const other = await serve(() => [{ text: "Here I am." }])
  const [first, second] = [ways.anthropic, ways["chat-completions"]]
  const environment = { ...first.environment(broken.url), ...second.environment(other.url) }
  const args = ["run", "Go", "--model", first.model, "--fallback", second.model]

  const [refused, allowed, wrong] = await Promise.all([
    rein(here, args, { environment }),
    rein(here, [...args, "--fallback-any-price"], { environment }),
    rein(here, ["run", "Go", "--model", first.model, "--fallback", "nonsense"], { environment })
  ])
  expect(refused).toMatchObject({ code: 1, stdout: "" })
  expect(refused.stderr).toMatch(/credit balance.*was not asked instead: its price is unknown/)
  expect(allowed).toMatchObject({ code: 0, stdout: "Here I am.\n" })
  expect(allowed.stderr).toContain(`Goes on with ${second.model} instead of ${first.model} for this turn.`)
  expect(wrong.code).toBe(2)
  expect(wrong.stderr).toContain("--fallback: ")
})

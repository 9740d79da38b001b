/** The wall time in which turns of a session tree run. Turns side by side count once; what is taken goes into the log. */
import { Clock, Effect, type Scope } from "effect"
import type { SessionId } from "../schema/Ids.ts"

interface Running {
  turns: number
  since: number
}

/** Keeps the time of trees between two events that tell it; what nobody took is lost with the process. */
export interface BudgetClock {
  /** Time of the tree counts until the scope closes. */
  readonly enter: (root: SessionId) => Effect.Effect<void, never, Scope.Scope>
  /** Milliseconds that nobody has taken yet. */
  readonly untaken: (root: SessionId) => Effect.Effect<number>
  /** The same, for an event that will tell it. */
  readonly take: (root: SessionId) => Effect.Effect<number>
}

/** Only trees with a running turn are in memory: a tree has one owner, so all its turns pass here. */
export const make = (): BudgetClock => {
  const trees = new Map<SessionId, Running>()
  const untaken = (root: SessionId) =>
    Effect.map(Clock.currentTimeMillis, (now) => Math.max(0, now - (trees.get(root)?.since ?? now)))
  const leave = (root: SessionId, running: Running) =>
    Effect.sync(() => {
      running.turns -= 1
      if (running.turns === 0) trees.delete(root)
    })
  const enter = (root: SessionId) =>
    Effect.map(Clock.currentTimeMillis, (now) => {
      const running = trees.get(root) ?? { turns: 0, since: now }
      running.turns += 1
      trees.set(root, running)
      return running
    })
  return {
    enter: (root) => Effect.asVoid(Effect.acquireRelease(enter(root), (running) => leave(root, running))),
    untaken,
    take: (root) =>
      Effect.tap(untaken(root), (millis) =>
        Effect.sync(() => {
          const running = trees.get(root)
          if (running !== undefined) running.since += millis
        })
      )
  }
}

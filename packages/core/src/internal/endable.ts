import { Cause, Effect, Exit, Fiber } from "effect"

/**
 * Runs an effect that can be ended early: `end` interrupts it and says what it ended with. The effect's own end wins
 * when it comes first. Returns when the effect is over, its finalizers included, also when the caller is interrupted.
 */
export const endable = <A, E, R, E2 = never>(
  effect: (end: (exit: Exit.Exit<A, E2>) => void) => Effect.Effect<A, E, R>
): Effect.Effect<A, E | E2, R> =>
  Effect.suspend(() => {
    let fiber: Fiber.Fiber<A, E> | undefined
    let ended: Exit.Exit<A, E2> | undefined
    const end = (exit: Exit.Exit<A, E2>) => {
      if (ended !== undefined) return
      ended = exit
      fiber?.interruptUnsafe()
    }
    const last = (exit: Exit.Exit<A, E>): Exit.Exit<A, E | E2> =>
      ended !== undefined && Exit.isFailure(exit) && Cause.hasInterruptsOnly(exit.cause) ? ended : exit
    return Effect.flatMap(Effect.forkChild(effect(end), { startImmediately: true }), (child) => {
      fiber = child
      if (ended !== undefined) child.interruptUnsafe()
      const now = child.pollUnsafe()
      if (now !== undefined) return last(now)
      return Effect.callback<A, E | E2>((resume) => {
        child.addObserver((exit) => resume(last(exit)))
        return Fiber.interrupt(child)
      })
    })
  })

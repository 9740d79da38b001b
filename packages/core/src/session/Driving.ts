/**
 * Who drives which session in this runtime: starts turns when they are due,
 * one drive a session at a time, until nothing is due any more.
 *
 * A turn's fiber belongs here, never to a caller.
 */
import { Effect, Exit, Fiber, FiberMap, Option, Scope, Tracer } from "effect"
import type { SessionId } from "../schema/Ids.ts"
import { Driver } from "./Driver.ts"
import { hasWork } from "./Due.ts"
import type { OpenSession } from "./OpenSession.ts"
import { OpenSessions } from "./OpenSessions.ts"
import { Parking, waitsForPeople } from "./Parking.ts"
import { SessionStore, StoreError } from "./SessionStore.ts"

/** Starts drives and knows which ones run here; of other runtimes it knows nothing. */
export interface Driving {
  /** Sees to it that what is due for the session is done. `asked`: a person wants it, or a host on a person's behalf. A turn that begins is told of below `parent`. */
  readonly wake: (opened: OpenSession, asked: boolean, parent?: Tracer.AnySpan) => void
  readonly isDriven: (session: SessionId) => boolean
  /** Marks the session as one whose outcome somebody here waits for: when its owner dies, it is driven here. */
  readonly awaiting: <A, E>(session: SessionId, effect: Effect.Effect<A, E>) => Effect.Effect<A, E>
  /** Waits until nothing drives the session here. */
  readonly idle: (session: SessionId) => Effect.Effect<void>
}

/** How a drive ended. `owned`: another owner has the session, and will see what is to be done. */
type Driven = "done" | "owned" | "broken"

/** One drive of a session. */
interface Mark {
  /** Ends the pause in which it waits for another owner. */
  poke: (() => void) | undefined
  /** A person wants it. */
  asked: boolean
  /** The state has to be read before it is known whether there is anything to do. */
  isStale: boolean
}

/** How often it is looked whether the owner still lives of a session whose outcome somebody here waits for. */
const lookEvery = "1 second"

/** Drives sessions while the scope lives; its end interrupts every drive. */
export const make = Effect.gen(function* () {
  const store = yield* SessionStore
  const open = yield* OpenSessions
  const driver = yield* Driver
  const parks = (yield* Parking).after !== undefined
  const scope = yield* Effect.scope
  const turns = yield* FiberMap.make<SessionId>()
  // Who drives a session. Each drive takes away only its own mark: the next one may have begun before it is quite over.
  const driving = new Map<SessionId, Mark>()
  const runTurns = yield* FiberMap.runtime(turns)()
  /** How many wait here for an outcome of a session. */
  const awaited = new Map<SessionId, number>()
  /** Sessions whose turn was parked here: what listens for an answer, without a fiber. */
  const parked = new Map<SessionId, Scope.Closeable>()

  const isDue = (opened: OpenSession, { asked }: Pick<Mark, "asked">) => hasWork(opened.state(), { asked, parks })

  /** Runs turns until none is due. */
  const drive = (opened: OpenSession, mark: Mark): Effect.Effect<Driven> =>
    Effect.matchEffect(
      Effect.acquireUseRelease(
        opened.claim,
        () => {
          const { asked } = mark
          mark.asked = false
          return Effect.catchDefect(driver.run(opened, asked), asStoreError)
        },
        () => opened.release
      ),
      {
        onSuccess: () => Effect.succeed("done"),
        onFailure: (error): Effect.Effect<Driven> =>
          error.reason._tag === "Owned" || error.reason._tag === "Fenced"
            ? Effect.succeed("owned")
            : opened
                .broken(error)
                .pipe(
                  Effect.andThen(Effect.logWarning(`The turn of session ${opened.id} stopped: ${error.message}`)),
                  Effect.as("broken")
                )
      }
    )

  /** Until it is time to look at the owner again, or, which gives true, somebody has submitted something. */
  const pause = (mark: Mark) =>
    Effect.raceFirst(
      Effect.as(Effect.sleep(lookEvery), false),
      Effect.callback<boolean>((resume) => {
        mark.poke = () => resume(Effect.succeed(true))
      })
    ).pipe(
      Effect.ensuring(
        Effect.sync(() => {
          mark.poke = undefined
        })
      )
    )

  /** Is there a reason to drive again? While somebody here waits for an outcome, whether the owner still lives: a dead one tells nobody. */
  const again = (opened: OpenSession, mark: Mark, driven: Driven) => {
    if (driven === "broken") return Effect.succeed(false)
    // Whoever was refused because we held the claim stored before we gave it up.
    if (driven === "done") return Effect.as(Effect.ignore(opened.refresh), true)
    if (!awaited.has(opened.id)) return Effect.succeed(false)
    return Effect.map(pause(mark), (poked) => poked || awaited.has(opened.id))
  }

  /** Drives until nothing is due. The last look and the end of the mark are in one tick, so no input falls between them. */
  const driveAll = (session: SessionId, mark: Mark): Effect.Effect<void> => {
    const done = () => {
      if (driving.get(session) === mark) driving.delete(session)
    }
    const settle = (opened: OpenSession, goesOn: boolean) => {
      if (!goesOn || !isDue(opened, mark)) done()
    }
    return open
      .use(session, (opened) =>
        Effect.whileLoop({
          while: () => driving.get(session) === mark,
          body: () => {
            if (!mark.isStale) return Effect.flatMap(drive(opened, mark), (driven) => again(opened, mark, driven))
            mark.isStale = false
            return Effect.as(opened.refresh, true)
          },
          step: (goesOn) => settle(opened, goesOn)
        }).pipe(Effect.andThen(Effect.suspend(() => (isParked(opened) ? listenParked(opened) : Effect.void))))
      )
      .pipe(
        Effect.catchTag("StoreError", (error) => Effect.logWarning(error.message)),
        Effect.ensuring(Effect.sync(done))
      )
  }

  const isParked = (opened: OpenSession) => parks && waitsForPeople(opened.state()) && !driving.has(opened.id)

  const forgetParked = (session: SessionId) =>
    Effect.suspend(() => {
      const listening = parked.get(session)
      parked.delete(session)
      return listening === undefined ? Effect.void : Scope.close(listening, Exit.void)
    })

  /** Looks at a parked session again when anything is stored in it, by whomever. Holds a callback, no fiber and no open session. */
  const listenParked = (opened: OpenSession): Effect.Effect<void, StoreError> =>
    Effect.uninterruptible(
      Effect.gen(function* () {
        const { id } = opened
        const { sequence } = opened.state()
        yield* forgetParked(id)
        const listening = yield* Scope.fork(scope)
        parked.set(id, listening)
        const hear = (last: number) => {
          if (last > sequence && parked.get(id) === listening) startDrive(id, { isStale: true, asked: false })
        }
        yield* Scope.provide(store.changes(id, hear), listening)
      })
    )

  const startDrive = (session: SessionId, how: Omit<Mark, "poke">, parent?: Tracer.AnySpan): void => {
    if (driving.has(session)) return
    const mark: Mark = { poke: undefined, ...how }
    driving.set(session, mark)
    const all = Effect.andThen(forgetParked(session), driveAll(session, mark))
    runTurns(session, parent === undefined ? all : Effect.provideService(all, Tracer.ParentSpan, parent))
  }

  const wake = (opened: OpenSession, asked: boolean, parent?: Tracer.AnySpan): void => {
    const running = driving.get(opened.id)
    if (running !== undefined) {
      running.asked ||= asked
      return running.poke?.()
    }
    if (isDue(opened, { asked })) startDrive(opened.id, { isStale: false, asked }, parent)
    else if (isParked(opened) && !parked.has(opened.id)) startDrive(opened.id, { isStale: true, asked }, parent)
  }

  /** Marks the session as one whose outcome somebody here waits for. */
  const awaiting = <A, E>(session: SessionId, effect: Effect.Effect<A, E>): Effect.Effect<A, E> =>
    Effect.suspend(() => {
      awaited.set(session, (awaited.get(session) ?? 0) + 1)
      return Effect.ensuring(
        effect,
        Effect.sync(() => {
          const left = (awaited.get(session) ?? 1) - 1
          if (left > 0) awaited.set(session, left)
          else awaited.delete(session)
        })
      )
    })

  const made: Driving = {
    wake,
    isDriven: (session) => driving.has(session),
    awaiting,
    idle: (session) =>
      Effect.suspend(() =>
        Option.match(FiberMap.getUnsafe(turns, session), {
          onNone: () => Effect.void,
          onSome: (fiber) => Effect.asVoid(Fiber.await(fiber))
        })
      )
  }
  return made
})

/** What breaks outside of a turn breaks the session's store, as far as those who wait can see. */
const asStoreError = (defect: unknown) =>
  Effect.fail(
    new StoreError({
      reason: { _tag: "Unavailable" },
      message: `The turn could not be run: ${defect instanceof Error ? defect.message : String(defect)}`
    })
  )

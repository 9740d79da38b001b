/**
 * What every `SessionStore` has to keep, as a list of tests for any runner.
 *
 *     for (const { name, run } of storeContract(fresh)) it(name, () => Effect.runPromise(run))
 */
import { Context, Deferred, Effect, Fiber, Layer, type Scope, Stream } from "effect"
import { type CommandId, make as makeId, type SessionId } from "../schema/Ids.ts"
import { make, type SessionEvent, type StoredEvent, versionOf } from "../schema/SessionEvent.ts"
import { type Owner, Ownership } from "../session/Ownership.ts"
import { SessionStore, type StoreError } from "../session/SessionStore.ts"
import { type ContractTest, holds, same } from "./contract.ts"

/**
 * Makes an empty store, as a layer that is built several times: each build is one more runtime, with an `Ownership`
 * of its own, on the same sessions. What belongs to the store, e.g. its folder, ends with the scope.
 */
export type FreshStore = Effect.Effect<Layer.Layer<SessionStore, unknown, Ownership>, unknown, Scope.Scope>

type Store = SessionStore["Service"]

/** A runtime on the store, whose death a test can pretend. */
interface Runtime {
  readonly store: Store
  readonly owner: Owner
  readonly die: Effect.Effect<void>
}

/** Opens runtimes on one fresh store. */
type Open = (name: string) => Effect.Effect<Runtime, unknown, Scope.Scope>

const openOn = (layer: Layer.Layer<SessionStore, unknown, Ownership>): Open => {
  const dead = new Set<string>()
  return Effect.fnUntraced(function* (name) {
    const owner: Owner = { id: name, host: "here", boot: "now", pid: 1, started: name }
    const ownership = Ownership.of({ self: owner, isAlive: (other) => Effect.sync(() => !dead.has(other.id)) })
    const context = yield* Layer.build(Layer.fresh(Layer.provide(layer, Layer.succeed(Ownership, ownership))))
    return { store: Context.get(context, SessionStore), owner, die: Effect.sync(() => void dead.add(name)) }
  })
}

const created = (
  session: SessionId,
  more: { readonly directory?: string; readonly root?: SessionId } = {}
): SessionEvent => make("SessionCreated", { directory: "/work", root: session, agent: "build", rein: "0.1.0", ...more })

const note = (text: string): SessionEvent => make("NoteAdded", { kind: "test", text })

const interrupt = { _tag: "interrupt" } as const

const textsOf = (events: ReadonlyArray<StoredEvent>): ReadonlyArray<string> =>
  events.flatMap((event) => (event.type === "NoteAdded" ? [event.data.text] : []))

const sequencesOf = (events: ReadonlyArray<StoredEvent>): ReadonlyArray<number> => events.map((event) => event.sequence)

const upTo = (last: number): ReadonlyArray<number> => Array.from({ length: last }, (_, index) => index + 1)

/** The tag of the reason for which an effect fails. */
const refusal = <A>(effect: Effect.Effect<A, StoreError>): Effect.Effect<string> =>
  Effect.match(effect, { onFailure: (error) => error.reason._tag, onSuccess: () => "no refusal" })

/** A new session with one event, claimed by this store's runtime. */
const claimed = Effect.fnUntraced(function* (store: Store) {
  const session = makeId.session()
  yield* store.create(session, [created(session)])
  return { session, fence: yield* store.claim(session) }
})

const creating: Record<string, (open: Open) => Effect.Effect<void, unknown, Scope.Scope>> = {
  "create stores the events with envelopes and a sequence from 1": Effect.fnUntraced(function* (open) {
    const { store } = yield* open("a")
    const session = makeId.session()
    const events = [created(session), note("one")]
    const stored = yield* store.create(session, events)
    yield* same("sequence", sequencesOf(stored), [1, 2])
    yield* same("session", [...new Set(stored.map((event) => event.session))], [session])
    yield* same("ids differ", new Set(stored.map((event) => event.id)).size, 2)
    yield* same("version", stored[0]?.version, versionOf("SessionCreated"))
    yield* same(
      "content",
      stored.map(({ data, type }) => ({ type, data })),
      events
    )
    yield* same("what is read is what was stored", yield* store.read(session, 0), stored)
  }),

  "creating a session twice is refused and changes nothing": Effect.fnUntraced(function* (open) {
    const { store } = yield* open("a")
    const session = makeId.session()
    yield* store.create(session, [created(session)])
    yield* same("refused", yield* refusal(store.create(session, [created(session), note("x")])), "AlreadyExists")
    yield* same("unchanged", sequencesOf(yield* store.read(session, 0)), [1])
  }),

  "an unknown session is NotFound, whatever is asked": Effect.fnUntraced(function* (open) {
    const { store } = yield* open("a")
    const { fence } = yield* claimed(store)
    const nobody = makeId.session()
    const asked: Record<string, Effect.Effect<unknown, StoreError>> = {
      append: store.append(nobody, fence, 0, [note("x")]),
      submit: store.submit(nobody, makeId.command(), interrupt),
      read: store.read(nobody, 0),
      events: Stream.runHead(store.events(nobody, 0)),
      changes: Effect.scoped(store.changes(nobody, () => {})),
      get: store.get(nobody),
      claim: store.claim(nobody),
      saveDraft: store.saveDraft(nobody, fence, "x"),
      readDraft: store.readDraft(nobody)
    }
    for (const [name, effect] of Object.entries(asked)) yield* same(name, yield* refusal(effect), "NotFound")
  }),

  "get and list tell of a session what its first events say": Effect.fnUntraced(function* (open) {
    const { store } = yield* open("a")
    const parent = makeId.session()
    const child = makeId.session()
    const fork = makeId.session()
    const childEvent = make("SessionCreated", {
      directory: "/other",
      root: parent,
      parent,
      agent: "explore",
      title: "A child",
      rein: "0.1.0"
    })
    yield* store.create(parent, [created(parent)])
    yield* store.create(child, [childEvent, note("x")])
    const origin = make("ForkedFrom", { from: child, sequence: 1, inherited: 1, rein: "0.1.0" })
    yield* store.create(fork, [origin, childEvent])
    const { createdAt, updatedAt, ...info } = yield* store.get(child)
    const common = { directory: "/other", agent: "explore", title: "A child", lastSequence: 2 }
    yield* same("child", info, { id: child, root: parent, parent, ...common })
    yield* holds("times are numbers", createdAt > 0 && updatedAt >= createdAt, { createdAt, updatedAt })
    const { createdAt: _, updatedAt: __, ...forked } = yield* store.get(fork)
    yield* same("a fork is a root of its own", forked, { id: fork, root: fork, ...common })
    yield* same(
      "newest first",
      (yield* store.list()).map((one) => one.id),
      [fork, child, parent]
    )
    yield* same(
      "limit",
      (yield* store.list({ limit: 1 })).map((one) => one.id),
      [fork]
    )
    yield* same(
      "directory",
      (yield* store.list({ directory: "/work" })).map((one) => one.id),
      [parent]
    )
    yield* same(
      "root",
      (yield* store.list({ root: parent })).map((one) => one.id),
      [child, parent]
    )
    yield* same(
      "root and directory",
      (yield* store.list({ root: parent, directory: "/other", limit: 2 })).map((one) => one.id),
      [child]
    )
  }),

  "large data comes back as it was": Effect.fnUntraced(function* (open) {
    const { store } = yield* open("a")
    const other = yield* open("b")
    const { fence, session } = yield* claimed(store)
    const text = "é".repeat(100_000)
    yield* store.append(session, fence, 1, [note(text)])
    yield* same(
      "length",
      textsOf(yield* other.store.read(session, 1)).map((one) => one.length),
      [100_000]
    )
    yield* holds("text", textsOf(yield* other.store.read(session, 1))[0] === text, "another text")
  })
}

const writing: typeof creating = {
  "writers of all kinds at once leave no gap": Effect.fnUntraced(function* (open) {
    const a = yield* open("a")
    const b = yield* open("b")
    const { fence, session } = yield* claimed(a.store)
    const appends = upTo(25).map((n) => a.store.append(session, fence, 1, [note(`a${n}`), note(`b${n}`)]))
    const submits = upTo(25).map(() => b.store.submit(session, makeId.command(), interrupt))
    yield* Effect.all([...appends, ...submits], { concurrency: "unbounded" })
    const all = yield* b.store.read(session, 0)
    yield* same("gapless", sequencesOf(all), upTo(76))
    yield* same("nothing lost", new Set(textsOf(all)).size, 50)
    yield* same("last sequence", (yield* a.store.get(session)).lastSequence, 76)
  }),

  "append gives what others wrote since, and then its own": Effect.fnUntraced(function* (open) {
    const a = yield* open("a")
    const b = yield* open("b")
    const { fence, session } = yield* claimed(a.store)
    const command = makeId.command()
    yield* b.store.submit(session, command, interrupt)
    const answer = yield* a.store.append(session, fence, 1, [note("mine")])
    yield* same(
      "types",
      answer.map((event) => event.type),
      ["CommandSubmitted", "NoteAdded"]
    )
    yield* same("sequences", sequencesOf(answer), [2, 3])
    const next = yield* a.store.append(session, fence, 3, [note("next")])
    yield* same("only its own", sequencesOf(next), [4])
    yield* same("no events", yield* a.store.append(session, fence, 4, []), [])
    yield* same("read back", yield* a.store.read(session, 1), [...answer, ...next])
  }),

  "what is acknowledged is there for a runtime that comes later": Effect.fnUntraced(function* (open) {
    const { session, stored } = yield* Effect.scoped(
      Effect.gen(function* () {
        const { store } = yield* open("a")
        const { fence, session } = yield* claimed(store)
        return { session, stored: yield* store.append(session, fence, 0, [note("kept")]) }
      })
    )
    const later = yield* open("b")
    yield* same("events", yield* later.store.read(session, 0), stored)
  }),

  "a command is stored once, whoever repeats it": Effect.fnUntraced(function* (open) {
    const a = yield* open("a")
    const b = yield* open("b")
    const { session } = yield* claimed(a.store)
    const command: CommandId = makeId.command()
    const first = yield* a.store.submit(session, command, interrupt)
    yield* same("same event", yield* a.store.submit(session, command, interrupt), first)
    const other = { _tag: "withdraw", input: makeId.input() } as const
    yield* same("even with another content", yield* b.store.submit(session, command, other), first)
    yield* same("stored once", sequencesOf(yield* a.store.read(session, 0)), [1, 2])
    const second = yield* a.store.submit(session, makeId.command(), interrupt)
    yield* same("another command", second.sequence, 3)
    const elsewhere = yield* claimed(a.store)
    yield* same("ids count per session", (yield* a.store.submit(elsewhere.session, command, interrupt)).sequence, 2)
  }),

  "a draft is overwritten, removed, and needs the fence": Effect.fnUntraced(function* (open) {
    const { store } = yield* open("a")
    const { fence, session } = yield* claimed(store)
    yield* same("none yet", yield* store.readDraft(session), undefined)
    yield* store.saveDraft(session, fence, "one")
    yield* store.saveDraft(session, fence, "two")
    yield* same("the last", yield* store.readDraft(session), "two")
    const wrong = { root: fence.root, token: fence.token + 1 }
    yield* same("fenced", yield* refusal(store.saveDraft(session, wrong, "three")), "Fenced")
    yield* same("kept", yield* store.readDraft(session), "two")
    yield* store.saveDraft(session, fence, undefined)
    yield* same("removed", yield* store.readDraft(session), undefined)
    yield* same("a draft is no event", sequencesOf(yield* store.read(session, 0)), [1])
  })
}

const owning: typeof creating = {
  "an append without a claim is fenced": Effect.fnUntraced(function* (open) {
    const { store } = yield* open("a")
    const session = makeId.session()
    yield* store.create(session, [created(session)])
    const invented = { root: session, token: 1 }
    yield* same("fenced", yield* refusal(store.append(session, invented, 1, [note("x")])), "Fenced")
    yield* same("nothing stored", sequencesOf(yield* store.read(session, 0)), [1])
  }),

  "a claim is refused while its owner lives": Effect.fnUntraced(function* (open) {
    const a = yield* open("a")
    const b = yield* open("b")
    const { fence, session } = yield* claimed(a.store)
    const reason = yield* Effect.match(b.store.claim(session), {
      onFailure: (error) => error.reason,
      onSuccess: () => undefined
    })
    // Since when is the store's to say, if it knows.
    const owner = {
      ...a.owner,
      ...(reason?._tag === "Owned" && reason.owner.since !== undefined ? { since: reason.owner.since } : {})
    }
    yield* same("owned by a", reason, { _tag: "Owned", session, owner })
    yield* same("the owner gets the same fence again", yield* a.store.claim(session), fence)
  }),

  "after a takeover the old owner is fenced": Effect.fnUntraced(function* (open) {
    const a = yield* open("a")
    const b = yield* open("b")
    const { fence, session } = yield* claimed(a.store)
    yield* a.die
    const taken = yield* b.store.claim(session)
    yield* holds("the token grows", taken.token > fence.token, { fence, taken })
    yield* same("append", yield* refusal(a.store.append(session, fence, 1, [note("late")])), "Fenced")
    yield* same("draft", yield* refusal(a.store.saveDraft(session, fence, "late")), "Fenced")
    yield* a.store.release(fence)
    yield* b.store.append(session, taken, 1, [note("mine")])
    yield* same("only the new owner wrote", textsOf(yield* a.store.read(session, 0)), ["mine"])
  }),

  "of two that take over at once, one wins": Effect.fnUntraced(function* (open) {
    const a = yield* open("a")
    const { session } = yield* claimed(a.store)
    yield* a.die
    const rivals = yield* Effect.forEach(["b", "c", "d"], open)
    const results = yield* Effect.forEach(rivals, ({ store }) => refusal(store.claim(session)), {
      concurrency: "unbounded"
    })
    yield* same("results", results.toSorted(), ["Owned", "Owned", "no refusal"])
  }),

  "a released claim is free, and its fence never counts again": Effect.fnUntraced(function* (open) {
    const a = yield* open("a")
    const b = yield* open("b")
    const { fence, session } = yield* claimed(a.store)
    yield* a.store.release(fence)
    yield* same("released", yield* refusal(a.store.append(session, fence, 1, [note("x")])), "Fenced")
    const other = yield* b.store.claim(session)
    yield* b.store.release(other)
    const again = yield* a.store.claim(session)
    yield* same("tokens differ", new Set([fence.token, other.token, again.token]).size, 3)
    yield* same("old fence", yield* refusal(a.store.append(session, fence, 1, [note("x")])), "Fenced")
    yield* a.store.append(session, again, 1, [note("x")])
  }),

  "a runtime that closes gives its claims up": Effect.fnUntraced(function* (open) {
    const session = yield* Effect.scoped(
      Effect.gen(function* () {
        const a = yield* open("a")
        return (yield* claimed(a.store)).session
      })
    )
    const b = yield* open("b")
    yield* same("free", yield* refusal(b.store.claim(session)), "no refusal")
  }),

  "one claim covers the tree of a root": Effect.fnUntraced(function* (open) {
    const { store } = yield* open("a")
    const { fence, session } = yield* claimed(store)
    const child = makeId.session()
    yield* store.create(child, [created(child, { root: session })])
    yield* same("same fence", yield* store.claim(child), fence)
    yield* store.append(child, fence, 1, [note("in the child")])
    const stranger = yield* claimed(store)
    yield* same("not of another tree", yield* refusal(store.append(stranger.session, fence, 1, [note("x")])), "Fenced")
  })
}

/** The texts of the first notes that a follower sees; it has begun when the first event has come. */
const follow = Effect.fnUntraced(function* (store: Store, session: SessionId, count: number) {
  const fiber = yield* store.events(session, 0).pipe(Stream.take(count), Stream.runCollect, Effect.forkChild)
  yield* Stream.runHead(store.events(session, 0))
  return fiber
})

const following: typeof creating = {
  "events gives what is stored, then what comes, from every runtime": Effect.fnUntraced(function* (open) {
    const a = yield* open("a")
    const b = yield* open("b")
    const { fence, session } = yield* claimed(a.store)
    yield* a.store.append(session, fence, 1, [note("before")])
    const inside = yield* follow(a.store, session, 5)
    const outside = yield* follow(b.store, session, 5)
    yield* a.store.append(session, fence, 2, [note("one")])
    yield* b.store.submit(session, makeId.command(), interrupt)
    yield* a.store.append(session, fence, 3, [note("two")])
    const seen = yield* Fiber.join(inside)
    yield* same("gapless", sequencesOf(seen), upTo(5))
    yield* same("the same everywhere", yield* Fiber.join(outside), seen)
    yield* same("as stored", yield* a.store.read(session, 0), seen)
  }),

  "events begins after the given sequence": Effect.fnUntraced(function* (open) {
    const { store } = yield* open("a")
    const { fence, session } = yield* claimed(store)
    yield* store.append(session, fence, 1, [note("one"), note("two")])
    const seen = yield* store.events(session, 2).pipe(Stream.take(1), Stream.runCollect)
    yield* same("after 2", sequencesOf(seen), [3])
  }),

  "changes tells the last sequence, then each growth or a later one": Effect.fnUntraced(function* (open) {
    const a = yield* open("a")
    const b = yield* open("b")
    const { fence, session } = yield* claimed(a.store)
    /** What a store tells until it has told of the third event. */
    const told = Effect.fnUntraced(function* (store: Store) {
      const seen: Array<number> = []
      const third = Deferred.makeUnsafe<void>()
      yield* store.changes(session, (last) => {
        seen.push(last)
        if (last >= 3) Deferred.doneUnsafe(third, Effect.void)
      })
      yield* same("now", seen, [1])
      return yield* Effect.forkChild(Effect.as(Deferred.await(third), seen))
    })
    const fibers = [yield* told(a.store), yield* told(b.store)]
    yield* a.store.append(session, fence, 1, [note("one")])
    yield* b.store.submit(session, makeId.command(), interrupt)
    for (const fiber of fibers) {
      const seen = yield* Fiber.join(fiber)
      yield* same("the last one", seen.at(-1), 3)
      yield* holds(
        "growing",
        seen.every((one, index) => index === 0 || one > (seen[index - 1] ?? 0)),
        seen
      )
    }
  })
}

/** The tests, on stores that `fresh` makes. They wait for what other runtimes write, so they need the real clock. */
export const storeContract = (fresh: FreshStore): ReadonlyArray<ContractTest> =>
  Object.entries({ ...creating, ...writing, ...owning, ...following }).map(([name, test]) => ({
    name,
    run: Effect.scoped(Effect.flatMap(fresh, (layer) => test(openOn(layer))))
  }))

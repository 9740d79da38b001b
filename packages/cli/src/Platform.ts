/**
 * What `effect/cli` asks for of the platform.
 *
 * It reads a command line and prints help, for which it uses none of it: keys, files and programs are for its prompts and
 * completions of paths, which this command has none of. Node's own layers would be loaded and made at each start.
 */
import { Effect, FileSystem, Layer, Path, Sink, Stdio, Stream, Terminal } from "effect"
import { ChildProcessSpawner } from "effect/process"

const unused = Effect.die(new Error("effect/cli uses a part of the platform that the command does not provide"))

const terminal = Terminal.make({
  columns: Effect.succeed(80),
  rows: Effect.succeed(24),
  size: unused,
  readInput: unused,
  readLine: unused,
  display: () => unused
})

const stdio = Stdio.make({
  args: Effect.succeed([]),
  stdin: Stream.empty,
  stdout: () => Sink.drain,
  stderr: () => Sink.drain
})

/** Enough for commands that ask nothing. */
export const layer: Layer.Layer<
  FileSystem.FileSystem | Path.Path | Terminal.Terminal | Stdio.Stdio | ChildProcessSpawner.ChildProcessSpawner
> = Layer.mergeAll(
  FileSystem.layerNoop({}),
  Path.layer,
  Layer.succeed(Terminal.Terminal, terminal),
  Layer.succeed(Stdio.Stdio, stdio),
  Layer.succeed(
    ChildProcessSpawner.ChildProcessSpawner,
    ChildProcessSpawner.make(() => unused)
  )
)

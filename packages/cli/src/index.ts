/** The `rein` command as a function, for programs that bring it along. */
export { run } from "./Cli.ts"

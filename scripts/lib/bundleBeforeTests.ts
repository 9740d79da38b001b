/** Builds the command's bundle before its tests, which takes less than a second. */
import { bundle } from "../bundle.ts"

export const setup = async (): Promise<void> => {
  await bundle()
}

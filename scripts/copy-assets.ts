// Copies what the compiler leaves behind (texts, wasm, migrations) from each package's src to its dist.
import { cpSync } from "node:fs"
import { join } from "node:path"
import { listFiles, listPackages } from "./lib/files.ts"

/** Whether a file of src is read at run time and is not code. */
export const isAsset = (file: string): boolean => /\.(txt|wasm|sql)$/.test(file)

if (import.meta.main) {
  const root = join(import.meta.dirname, "../packages")
  for (const name of listPackages(root)) {
    const folder = join(root, name)
    for (const file of listFiles(join(folder, "src")).filter(isAsset))
      cpSync(join(folder, "src", file), join(folder, "dist", file))
  }
}

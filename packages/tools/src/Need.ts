/** What a call on a path has to be allowed to do: one scheme for all tools, and one question at most. */
import type { PermissionNeed, ToolContext } from "@rein/core/tool/Tool"
import { isInside } from "./RealPath.ts"

/** To touch anything outside of the session's directory. */
export const external = "external_directory"

/** What a tool wants to do at a path, wherever that is. */
export type Wanted = Pick<PermissionNeed, "permission" | "title" | "details"> & {
  /** The call also does what this permission is about. */
  readonly and?: string
}

/** The needs of a call that touches one real path. */
export const needsFor = (
  context: ToolContext,
  path: string,
  { and, title, ...wanted }: Wanted
): ReadonlyArray<PermissionNeed> => {
  const patterns = [path]
  const isOutside = !isInside(context.directory, path)
  const also = [...(and === undefined ? [] : [and]), ...(isOutside ? [external] : [])]
  return [
    {
      ...wanted,
      patterns,
      title: isOutside ? `${title}, outside of ${context.directory}` : title,
      ...(also.length === 0 ? {} : { also: also.map((permission) => ({ permission, patterns })) })
    }
  ]
}

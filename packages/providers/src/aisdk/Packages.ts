/** Provider packages that nobody has to install: which versions fit, and what to say when one is needed and not there. */
import type { LanguageModelV4 } from "@ai-sdk/provider"
import { ModelError } from "@rein/core/schema/ModelError"

/** The versions that the tests ran with. */
export const versions = {
  "@ai-sdk/alibaba": "2.0.58",
  "@ai-sdk/amazon-bedrock": "5.0.101",
  "@ai-sdk/azure": "4.0.85",
  "@ai-sdk/cerebras": "3.0.59",
  "@ai-sdk/cohere": "4.0.52",
  "@ai-sdk/deepinfra": "3.0.57",
  "@ai-sdk/deepseek": "3.0.56",
  "@ai-sdk/fireworks": "3.0.62",
  "@ai-sdk/gateway": "4.0.146",
  "@ai-sdk/google": "4.0.121",
  "@ai-sdk/google-vertex": "5.0.141",
  "@ai-sdk/groq": "4.0.84",
  "@ai-sdk/mistral": "4.0.87",
  "@ai-sdk/moonshotai": "3.0.60",
  "@ai-sdk/togetherai": "3.0.54",
  "@ai-sdk/xai": "5.0.12",
  "@openrouter/ai-sdk-provider": "3.1.0"
} as const

/** A package that may be there. */
export type PackageName = keyof typeof versions

/** Makes models of their names. */
export type Make = (name: string) => LanguageModelV4

const install = (name: PackageName): string => `npm install ${name}@${versions[name]}`

/** Is it this package that is not there, and not one that it needs itself? */
const isMissing = (error: unknown, name: PackageName): boolean =>
  error instanceof Error &&
  "code" in error &&
  (error.code === "ERR_MODULE_NOT_FOUND" || error.code === "MODULE_NOT_FOUND") &&
  new RegExp(`['"]${name}['"]`).test(error.message)

/** Under an old Node npm silently installs an older line, whose models mean other things. */
const checked =
  (name: PackageName, make: Make): Make =>
  (model) => {
    const made = make(model)
    // The type knows no other version; the installed package may be of one.
    const version: string = made.specificationVersion
    if (version === "v4") return made
    throw new ModelError({
      reason: { _tag: "InvalidRequest" },
      message: `The installed ${name} implements version ${version} of the AI SDK's model interface; Rein needs v4. Run: ${install(name)}`
    })
  }

/** Loads a package; `undefined` when it is not installed. */
export const optional = async (name: PackageName, load: () => Promise<Make>): Promise<Make | undefined> => {
  try {
    return checked(name, await load())
  } catch (error) {
    if (isMissing(error, name)) return undefined
    throw error
  }
}

/** Loads a package; without it the error says how to install it. */
export const required = async (name: PackageName, title: string, load: () => Promise<Make>): Promise<Make> => {
  const make = await optional(name, load)
  if (make !== undefined) return make
  throw new ModelError({
    reason: { _tag: "InvalidRequest" },
    message: `${title} needs the package ${name}, which is not installed. Install it beside Rein: ${install(name)}`
  })
}

/** The settings of the providers: where the environment holds them, and how a person sets them. */
import { Config, Option, Redacted } from "effect"
import { openaiUrl } from "./Families.ts"
import type { ProviderSettings } from "./Provider.ts"
import { type Known, known, type Options, type Place } from "./Table.ts"

/** How a person sets a provider's key, its address and its place: in the environment, or in the options of a layer. */
export interface Hints {
  readonly key: string
  readonly address: string
  /** Of the clouds only. */
  readonly place: string
}

const places = ({ place = {} }: Known, say: (setting: Place, variable: string) => string): string =>
  // The keys of a row are those that its type allows.
  (Object.entries(place) as ReadonlyArray<[Place, readonly [string, ...Array<string>]]>)
    .map(([setting, [variable]]) => say(setting, variable))
    .join(" and ")

/** For layers that read the environment. */
export const inEnvironment = (one: Known): Hints => ({
  key: `set ${one.keys[0]}`,
  address: `set ${one.address}`,
  place: `set ${places(one, (_, variable) => variable)}`
})

/** For layers that read nothing. */
export const inOptions = (one: Known): Hints => ({
  key: `set ${one.name}.apiKey in the layer's options`,
  address: `set ${one.name}.baseUrl in the layer's options`,
  place: `set ${places(one, (setting) => `${one.name}.${setting}`)} in the layer's options`
})

/** An empty variable is how shells say that there is none. */
const text = (name: string) =>
  Config.map(Config.option(Config.String(name)), (value) => Option.getOrUndefined(value)?.trim() || undefined)

const first = (variables: ReadonlyArray<string> = []): Config.Config<string | undefined> =>
  Config.map(Config.all(variables.map(text)), (found) => found.find((value) => value !== undefined))

/** The fields that have a value; an undefined one would count as set. */
const given = <A extends object>(fields: A): { readonly [key in keyof A]?: Exclude<A[key], undefined> } =>
  // Only fields without a value are left out, which the type says, too.
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    readonly [key in keyof A]?: Exclude<A[key], undefined>
  }

const redacted = (value: string | undefined) => (value === undefined ? undefined : Redacted.make(value))

const settingsOf = ({ address, keys, place = {} }: Known): Config.Config<ProviderSettings> =>
  Config.map(
    Config.all({
      key: first(keys),
      baseUrl: text(address),
      region: first(place.region),
      project: first(place.project),
      resource: first(place.resource)
    }),
    ({ key, ...others }): ProviderSettings => given({ ...others, apiKey: redacted(key) })
  )

/** The keys of AWS that its own tools read. */
const aws: Config.Config<ProviderSettings["aws"]> = Config.map(
  Config.all({ id: text("AWS_ACCESS_KEY_ID"), key: text("AWS_SECRET_ACCESS_KEY"), token: text("AWS_SESSION_TOKEN") }),
  ({ id, key, token }) =>
    id === undefined || key === undefined
      ? undefined
      : { accessKeyId: id, secretAccessKey: Redacted.make(key), ...given({ sessionToken: redacted(token) }) }
)

const isEmpty = (found: ProviderSettings | undefined): boolean => Object.keys(found ?? {}).length === 0

/**
 * The settings in the environment. Key and address are taken as a pair: a key for OpenAI must not go to a server that was
 * configured for something else. `openai-compatible` without settings of its own has those of OpenAI.
 */
export const environment: Config.Config<Options> = Config.map(
  Config.all([Config.all(known.map(settingsOf)), aws]),
  ([found, keys]) => {
    const options: Options = Object.fromEntries(known.map(({ name }, index) => [name, found[index]]))
    const { amazonBedrock, openai, openaiCompatible } = options
    const isBorrowed = isEmpty(openaiCompatible) && !isEmpty(openai)
    return {
      ...options,
      amazonBedrock: { ...amazonBedrock, ...given({ aws: keys }) },
      ...(isBorrowed ? { openaiCompatible: { baseUrl: openaiUrl, ...openai } } : {})
    }
  }
)

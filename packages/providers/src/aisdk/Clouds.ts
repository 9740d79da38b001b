/** The clouds, whose addresses hold more than a host: Azure, Amazon Bedrock and Google Vertex. */
import { Redacted } from "effect"
import * as Dialect from "./Dialect.ts"
import type { Family } from "./Families.ts"
import { addressOf } from "./Hosted.ts"
import { optional, required } from "./Packages.ts"
import { common, fetchOf, isLocal, keyOf, lazily, type ProviderSettings } from "./Provider.ts"

const hasKey = ({ apiKey }: ProviderSettings): boolean => apiKey !== undefined

const azureUrl = (resource: string): string => `https://${resource}.openai.azure.com/openai/v1`

/** Azure speaks OpenAI's Responses, so its own package is not needed; the model's name is that of the deployment. */
export const azure: Family = (settings) => {
  const { baseUrl, resource } = settings
  const isPlaced = baseUrl !== undefined || resource !== undefined
  const usual = azureUrl(resource ?? "resource")
  // Azure's own tools want the address without the version.
  const address = isPlaced ? addressOf(baseUrl, usual, [usual.replace(/\/v1$/, "")]) : ""
  const dialect = { ...Dialect.openaiResponses, optionsKey: "azure" }
  const headers = { ...(hasKey(settings) ? { "api-key": keyOf(settings) } : {}), ...settings.headers }
  return {
    dialect,
    address,
    missing: !isPlaced ? "place" : hasKey(settings) || isLocal(address) ? undefined : "key",
    headers,
    fetch: fetchOf(settings),
    model: lazily(async () => {
      const make = await optional("@ai-sdk/azure", async () => {
        const { createAzure } = await import("@ai-sdk/azure")
        const azure = createAzure({ apiKey: keyOf(settings), baseURL: address, ...common(settings) })
        return (name) => azure.responses(name)
      })
      if (make !== undefined) return { make, dialect }
      const { createOpenAI } = await import("@ai-sdk/openai")
      const openai = createOpenAI({
        name: "azure",
        apiKey: keyOf(settings),
        baseURL: address,
        ...common({ ...settings, headers })
      })
      return { make: (name) => openai.responses(name), dialect }
    })
  }
}

/** Amazon Bedrock's Converse, with a key of Bedrock or signed with keys of AWS. */
export const bedrock: Family = (settings) => {
  const { aws, baseUrl, region } = settings
  const address = baseUrl ?? (region === undefined ? "" : `https://bedrock-runtime.${region}.amazonaws.com`)
  const isSigned = aws !== undefined && !hasKey(settings)
  const dialect = Dialect.ofProvider("amazon-bedrock")
  return {
    dialect,
    address,
    missing: region === undefined ? "place" : isSigned || hasKey(settings) ? undefined : "key",
    headers: { ...settings.headers },
    fetch: fetchOf(settings),
    model: lazily(async () => {
      const make = await required("@ai-sdk/amazon-bedrock", "Amazon Bedrock", async () => {
        const { createAmazonBedrock } = await import("@ai-sdk/amazon-bedrock")
        return createAmazonBedrock({
          baseURL: address,
          ...(region === undefined ? {} : { region }),
          // An empty one keeps the package from taking the environment's.
          apiKey: keyOf(settings),
          ...(aws === undefined
            ? {}
            : { accessKeyId: aws.accessKeyId, secretAccessKey: Redacted.value(aws.secretAccessKey) }),
          ...(aws?.sessionToken === undefined ? {} : { sessionToken: Redacted.value(aws.sessionToken) }),
          ...common(settings, true)
        })
      })
      return { make, dialect }
    })
  }
}

const vertexUrl = ({ project, region = "global" }: ProviderSettings): string => {
  const host = region === "global" ? "aiplatform.googleapis.com" : `${region}-aiplatform.googleapis.com`
  return project === undefined
    ? "https://aiplatform.googleapis.com/v1/publishers/google"
    : `https://${host}/v1beta1/projects/${project}/locations/${region}/publishers/google`
}

/** Gemini on Google Vertex: with a key alone, or in a project with the credentials that Google's tools have stored. */
export const vertex: Family = (settings) => {
  const { project, region = "global" } = settings
  const address = addressOf(settings.baseUrl, vertexUrl(settings), [])
  const dialect = { ...Dialect.ofProvider("google"), optionsKey: "vertex" }
  return {
    dialect,
    address,
    missing: hasKey(settings) || project !== undefined ? undefined : "place",
    headers: { ...settings.headers },
    fetch: fetchOf(settings),
    model: lazily(async () => {
      const make = await required("@ai-sdk/google-vertex", "Google Vertex", async () => {
        const { createGoogleVertex } = await import("@ai-sdk/google-vertex")
        return createGoogleVertex({
          // An empty key keeps the package from reading the environment's.
          apiKey: keyOf(settings),
          location: region,
          ...(project === undefined ? {} : { project }),
          baseURL: address,
          ...common(settings, true)
        })
      })
      return { make, dialect }
    })
  }
}

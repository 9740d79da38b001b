/** Why a connection failed, in words for people. */

interface Trouble {
  readonly code: RegExp
  readonly says: string
  /** Another try would fail the same way. */
  readonly lasting: boolean
}

const troubles: ReadonlyArray<Trouble> = [
  { code: /^(ECONNREFUSED|ConnectionRefused)$/, says: "nothing listens there", lasting: false },
  // Without a network some systems say this, too.
  { code: /^(ENOTFOUND|ERR_DNS_\w+)$/, says: "no address is known for this name", lasting: false },
  { code: /^EAI_\w+$/, says: "the name cannot be looked up right now", lasting: false },
  { code: /^(ENETUNREACH|EHOSTUNREACH|ENETDOWN)$/, says: "the network does not reach it", lasting: false },
  {
    code: /^(ETIMEDOUT|UND_ERR_CONNECT_TIMEOUT|ERR_TLS_HANDSHAKE_TIMEOUT)$/,
    says: "it does not answer",
    lasting: false
  },
  {
    code: /^ERR_TLS_CERT_ALTNAME_INVALID$/,
    says: "its certificate is for another name, so it may be somebody else",
    lasting: true
  },
  { code: /^CERT_HAS_EXPIRED$/, says: "its certificate has expired", lasting: true },
  {
    code: /^(CERT_\w+|CRL_\w+|HOSTNAME_MISMATCH|DEPTH_ZERO_\w+|SELF_SIGNED_\w+|UNABLE_TO_\w+)$/,
    says: "its certificate is not trusted (NODE_EXTRA_CA_CERTS names further authorities)",
    lasting: true
  },
  { code: /BAD_RECORD_MAC/, says: "what came was damaged on the way", lasting: false },
  { code: /^(EPROTO|ERR_SSL_\w+|ERR_TLS_\w+)$/, says: "no encrypted connection is possible", lasting: true },
  { code: /^HPE_\w+$/, says: "it does not speak HTTP there", lasting: true }
]

/** Codes of a connection that broke after it was made. */
const broken = /^(ECONN\w+|EPIPE|UND_ERR_\w+|ERR_HTTP2_\w+|ConnectionClosed|FailedToOpenSocket)$/

const find = (codes: ReadonlyArray<string>): Trouble | undefined =>
  troubles.find(({ code }) => codes.some((one) => code.test(one)))

/** Is one of the codes that of a failed or broken connection? */
export const isConnection = (codes: ReadonlyArray<string>): boolean =>
  find(codes) !== undefined || codes.some((code) => broken.test(code))

/** Why no connection could be made, if it is known. */
export const connectionTrouble = (codes: ReadonlyArray<string>): Trouble | undefined => find(codes)

const local = /^(localhost|127(\.\d+){3}|\[::1\])$/

/** Some pass on what the system says of a certificate, and not its code. */
export const saysCertificate = (text: string): boolean =>
  /self.signed certificate|issuer certificate|certificate (?:has expired|verif)|verify the first certificate/.test(text)

/** On this machine, where nobody listens now nobody will in a few seconds. */
export const isLasting = (codes: ReadonlyArray<string>, address: string | undefined, text: string): boolean => {
  if (saysCertificate(text)) return true
  const trouble = find(codes)
  if (trouble === undefined) return false
  const isHere = address !== undefined && URL.canParse(address) && local.test(new URL(address).hostname)
  return trouble.lasting || (isHere && codes.some((code) => /Refused$/i.test(code)))
}

/** Which part of getting in and being allowed has failed. None of them is mended by trying harder. */
type AccessKind = 'tls' | 'authentication' | 'authorization';

/** A failure that somebody has to mend: in the settings, in the files they name, or in the cluster. */
export interface AccessFailure {
  readonly kind: AccessKind;
  /** The protocol's name of the error, Node's code of it, or our own. */
  readonly code: string;
  /** A sentence that says what to mend. Never holds a text that came from outside, but names of resources. */
  readonly reason: string;
}

/** What a request needed, and of which resources; noted by connection.ts on the error it ended in. */
export interface DeniedRequest {
  /** The protocol's name of the request, such as `Produce`. */
  readonly api: string;
  /** Topics that were refused. */
  readonly topics: readonly string[];
}

type Row = readonly [kind: AccessKind, reason: string];

const UNKNOWN_CA: Row = [
  'tls',
  'the certificate of the broker is signed by a CA that is not trusted here: KAFKA_SSL_CA_LOCATION must name the file of that CA',
];
const OWN_CERTIFICATE: Row = [
  'tls',
  'the broker refuses the client certificate of KAFKA_SSL_CERTIFICATE_LOCATION, or misses one: it does not know the CA, or the certificate has expired or is revoked',
];
const NO_CERTIFICATE: Row = [
  'tls',
  'the broker asks for a client certificate: set KAFKA_SSL_CERTIFICATE_LOCATION and KAFKA_SSL_KEY_LOCATION',
];
const NO_COMMON_TLS: Row = ['tls', 'client and broker have no version or cipher of TLS in common'];
const NOT_TLS: Row = [
  'tls',
  'what answers does not speak TLS: the port is of another listener, or KAFKA_SECURITY_PROTOCOL is wrong',
];
const BROKER_EXPIRED: Row = ['tls', 'the certificate of the broker, or of a CA that signed it, has expired'];
const REFUSED: Row = [
  'authentication',
  'the broker refuses the credentials: user, password or token are wrong, expired, or not of this SASL mechanism',
];

/** The closed list: what is not in it is no failure of access. */
const FAILURES: Readonly<Record<string, Row>> = {
  // Of Node.js, about the broker's certificate: https://nodejs.org/api/tls.html#x509-certificate-error-codes
  SELF_SIGNED_CERT_IN_CHAIN: UNKNOWN_CA,
  DEPTH_ZERO_SELF_SIGNED_CERT: UNKNOWN_CA,
  UNABLE_TO_GET_ISSUER_CERT: UNKNOWN_CA,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNKNOWN_CA,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNKNOWN_CA,
  CERT_UNTRUSTED: UNKNOWN_CA,
  CERT_SIGNATURE_FAILURE: UNKNOWN_CA,
  INVALID_CA: UNKNOWN_CA,
  CERT_HAS_EXPIRED: BROKER_EXPIRED,
  CERT_NOT_YET_VALID: ['tls', 'the certificate of the broker is not valid yet: compare the clocks'],
  CERT_REVOKED: ['tls', 'the certificate of the broker is revoked'],
  INVALID_PURPOSE: ['tls', 'the certificate of the broker is not made for servers'],
  HOSTNAME_MISMATCH: [
    'tls',
    'the certificate of the broker is for other host names than the one connected to',
  ],
  ERR_TLS_CERT_ALTNAME_INVALID: [
    'tls',
    'the certificate of the broker is for other host names than the one connected to: correct BOOTSTRAP_SERVERS or advertised.listeners',
  ],
  // Of OpenSSL: alerts that the broker has sent (RFC 8446 6), as `codeOf` names them, and what is no TLS at all.
  ALERT_BAD_CERTIFICATE: OWN_CERTIFICATE,
  ALERT_CERTIFICATE_EXPIRED: OWN_CERTIFICATE,
  ALERT_CERTIFICATE_REVOKED: OWN_CERTIFICATE,
  ALERT_CERTIFICATE_UNKNOWN: OWN_CERTIFICATE,
  ALERT_UNSUPPORTED_CERTIFICATE: OWN_CERTIFICATE,
  ALERT_UNKNOWN_CA: OWN_CERTIFICATE,
  ALERT_ACCESS_DENIED: OWN_CERTIFICATE,
  ALERT_CERTIFICATE_REQUIRED: NO_CERTIFICATE,
  ALERT_HANDSHAKE_FAILURE: NO_COMMON_TLS,
  ALERT_PROTOCOL_VERSION: NO_COMMON_TLS,
  ERR_SSL_UNSUPPORTED_PROTOCOL: NO_COMMON_TLS,
  ERR_SSL_WRONG_VERSION_NUMBER: NOT_TLS,
  ERR_SSL_PACKET_LENGTH_TOO_LONG: NOT_TLS,
  // Ours.
  TLS_FILES_UNUSABLE: [
    'tls',
    'KAFKA_SSL_CA_LOCATION, KAFKA_SSL_CERTIFICATE_LOCATION and KAFKA_SSL_KEY_LOCATION cannot be used: a file is missing, not PEM, or the key does not belong to the certificate',
  ],
  CLIENT_CERTIFICATE_EXPIRED: ['tls', 'the client certificate of KAFKA_SSL_CERTIFICATE_LOCATION has expired'],
  FILE_UNREADABLE: ['authentication', 'the file of the password, client secret or token is missing or empty'],
  TOKEN_ENDPOINT_UNREACHABLE: [
    'authentication',
    'KAFKA_SASL_OAUTHBEARER_TOKEN_ENDPOINT_URL cannot be reached or does not work',
  ],
  TOKEN_ENDPOINT_REFUSED: [
    'authentication',
    'the token endpoint refuses KAFKA_SASL_OAUTHBEARER_CLIENT_ID, its secret or the scope',
  ],
  TOKEN_UNUSABLE: [
    'authentication',
    'the token endpoint or token file has given no token that is still valid',
  ],
  AWS_CREDENTIALS_MISSING: ['authentication', 'the AWS SDK finds no credentials to sign a token with'],
  AWS_CREDENTIALS_TIMEOUT: [
    'authentication',
    'the AWS SDK gets no credentials within SOCKET_TIMEOUT: what hands them out (STS, or the metadata of container or instance) does not answer',
  ],
  SASL_REFUSED: REFUSED,
  // Of the protocol: https://kafka.apache.org/protocol#protocol_error_codes
  SASL_AUTHENTICATION_FAILED: REFUSED,
  UNSUPPORTED_SASL_MECHANISM: [
    'authentication',
    'the broker does not offer the SASL mechanism of KAFKA_SASL_MECHANISM',
  ],
  ILLEGAL_SASL_STATE: ['authentication', 'the broker did not expect SASL: compare KAFKA_SECURITY_PROTOCOL'],
  TOPIC_AUTHORIZATION_FAILED: ['authorization', 'topic'],
  GROUP_AUTHORIZATION_FAILED: ['authorization', 'the consumer group'],
  CLUSTER_AUTHORIZATION_FAILED: ['authorization', 'the cluster'],
  TRANSACTIONAL_ID_AUTHORIZATION_FAILED: ['authorization', 'the transactional ids (TransactionalId)'],
};

/** The operation of an ACL that a request needs on a resource of each kind; Kafka's documentation lists them. */
const OPERATIONS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  TOPIC_AUTHORIZATION_FAILED: {
    Fetch: 'Read',
    OffsetCommit: 'Read',
    TxnOffsetCommit: 'Read',
    Produce: 'Write',
    AddPartitionsToTxn: 'Write',
    CreateTopics: 'Create',
    DescribeConfigs: 'DescribeConfigs',
  },
  GROUP_AUTHORIZATION_FAILED: { FindCoordinator: 'Read', GroupCoordinator: 'Read', OffsetFetch: 'Read' },
  CLUSTER_AUTHORIZATION_FAILED: { InitProducerId: 'IdempotentWrite', Produce: 'IdempotentWrite' },
  TRANSACTIONAL_ID_AUTHORIZATION_FAILED: {},
};
/** For requests that have no row above. */
const USUAL_OPERATION: Readonly<Record<string, string>> = {
  TOPIC_AUTHORIZATION_FAILED: 'Describe (part of Read and of Write)',
  GROUP_AUTHORIZATION_FAILED: 'Read',
  CLUSTER_AUTHORIZATION_FAILED: 'ClusterAction or Describe',
  TRANSACTIONAL_ID_AUTHORIZATION_FAILED: 'Write',
};

interface ChainedError {
  readonly name?: unknown;
  readonly type?: unknown;
  readonly code?: unknown;
  readonly cause?: unknown;
  readonly errors?: readonly unknown[];
  readonly denied?: DeniedRequest;
  readonly topic?: unknown;
}

/** What of access has failed; undefined for every other error. Looked up along the causes of an error. */
export function accessFailure(error: unknown): AccessFailure | undefined {
  for (let current = error; typeof current === 'object' && current !== null;) {
    const { type, code, cause, errors }: ChainedError = current;
    for (const given of [type, code]) {
      const name = typeof given === 'string' ? codeOf(given) : undefined;
      const row = name !== undefined && Object.hasOwn(FAILURES, name) ? FAILURES[name] : undefined;
      if (row && name !== undefined)
        return { kind: row[0], code: name, reason: reasonOf(name, row, current) };
    }
    current = cause ?? errors?.find((one) => accessFailure(one) !== undefined);
  }
  return undefined;
}

/** OpenSSL names an alert after the version of TLS that brought it in, and not each release by the same name. */
const codeOf = (code: string): string =>
  code.replace(/^ERR_SSL_(SSLV3|TLSV1|TLSV13|SSL\/TLS)_ALERT_/, 'ALERT_');

function reasonOf(code: string, [kind, text]: Row, error: ChainedError): string {
  if (kind !== 'authorization') return text;
  const { denied, topic } = error;
  const operation = OPERATIONS[code]?.[denied?.api ?? ''] ?? USUAL_OPERATION[code] ?? 'permission';
  const topics = denied?.topics.length ? denied.topics : typeof topic === 'string' ? [topic] : [];
  const resource =
    code === 'TOPIC_AUTHORIZATION_FAILED' && topics.length > 0 ? `topic ${topics.join(', ')}` : text;
  return `this user lacks the permission ${operation} on ${resource}`;
}

/** One line for logs: what failed, why, and the code to look it up by. */
export const describeAccessFailure = ({ kind, code, reason }: AccessFailure): string =>
  `${kind} failed: ${reason} (${code})`;

/** The topics that an answer refuses with `code`, wherever in it they stand. */
export function deniedTopics(answer: unknown, code: number): string[] {
  const found = new Set<string>();
  collect(answer, code, undefined, found);
  return [...found];
}

function collect(part: unknown, code: number, topic: string | undefined, found: Set<string>): void {
  if (Array.isArray(part)) {
    for (const one of part) collect(one, code, topic, found);
    return;
  }
  if (part === null || typeof part !== 'object' || Buffer.isBuffer(part)) return;
  const fields = part as Record<string, unknown>;
  const name = [fields['topic'], fields['topicName'], fields['resourceName']].find(
    (one) => typeof one === 'string',
  );
  const here = typeof name === 'string' ? name : topic;
  if (here !== undefined && [fields['errorCode'], fields['topicErrorCode']].includes(code)) found.add(here);
  for (const value of Object.values(fields)) if (typeof value === 'object') collect(value, code, here, found);
}

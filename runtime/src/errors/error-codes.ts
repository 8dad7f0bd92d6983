/** What an error code means to a caller. `httpStatus` is used where the whole request failed with that code. */
export interface ErrorCodeEntry {
  readonly httpStatus: number;
  readonly meaning: string;
  readonly clientAction: string;
}

/**
 * Every `extensions.code` this system answers with. It is the single source: the documentation is generated from it, and an
 * error whose code is not in it never reaches a caller.
 */
export const errorCodes = {
  UNAUTHENTICATED: {
    httpStatus: 401,
    meaning: 'The operation needs a signed-in viewer and the request carries no access token.',
    clientAction: 'Log in and send the access token as `Authorization: Bearer`.',
  },
  TOKEN_EXPIRED: {
    httpStatus: 401,
    meaning: 'The access token was valid and is past its expiry.',
    clientAction: 'Exchange the refresh token for a new pair and send the request again.',
  },
  TOKEN_INVALID: {
    httpStatus: 401,
    meaning: 'The token is malformed, not ours, revoked, or its signature does not match.',
    clientAction: 'Discard the token and log in again.',
  },
  LOGIN_THROTTLED: {
    httpStatus: 429,
    meaning: 'Too many log-ins to this account, or from this address, have failed lately.',
    clientAction: 'Try again after the seconds of `extensions.retryAfter`; any attempt before then is refused unseen.',
  },
  LOGIN_BUSY: {
    httpStatus: 503,
    meaning: 'More people log in or register at this moment than passwords can be hashed.',
    clientAction: 'Try again after the seconds of `extensions.retryAfter`; the attempt does not count as a failed one.',
  },
  FORBIDDEN: {
    httpStatus: 403,
    meaning: 'The viewer may not see this field or do this.',
    clientAction: 'Do not repeat the request as this viewer.',
  },
  UNAUTHORIZED_FIELD_OR_TYPE: {
    httpStatus: 403,
    meaning:
      'The viewer lacks what the schema asks for: a log-in, scopes or a policy. The field is null, and nothing was fetched.',
    clientAction:
      'Log in, or ask for a token with the scopes that the field needs; do not repeat the request as this viewer.',
  },
  GATEWAY_SIGNATURE_REQUIRED: {
    httpStatus: 401,
    meaning: 'A subgraph was called without the signature that only the gateway can make.',
    clientAction: 'Call the gateway, never a subgraph.',
  },
  GATEWAY_SIGNATURE_INVALID: {
    httpStatus: 401,
    meaning: 'The request to a subgraph was altered, or signed with a key that the subgraph does not know.',
    clientAction: 'Operators: compare the signing keys of the gateway and the subgraph, and what a proxy changes.',
  },
  GATEWAY_SIGNATURE_EXPIRED: {
    httpStatus: 401,
    meaning: 'The request to a subgraph was signed longer ago than the subgraph allows, or in the future.',
    clientAction: 'Operators: compare the clocks of the gateway and the subgraph.',
  },
  GATEWAY_SIGNATURE_REPLAYED: {
    httpStatus: 401,
    meaning: 'The subgraph has had this very request before.',
    clientAction:
      'Operators: find who repeats requests between the gateway and the subgraph, such as a proxy that tries again.',
  },
  CLIENT_CERTIFICATE_REQUIRED: {
    httpStatus: 401,
    meaning: 'A subgraph that has a certificate was called without one that its authority has signed.',
    clientAction: 'Operators: give the gateway a certificate, and the same authority to both.',
  },
  ORIGIN_NOT_ALLOWED: {
    httpStatus: 403,
    meaning: "The preflight came from an origin that is not on this service's list.",
    clientAction: 'Ask for the origin to be allowed.',
  },
  CROSS_SITE_REQUEST: {
    httpStatus: 403,
    meaning: 'A browser sent a GET for a page of another site without asking first.',
    clientAction: 'Send the header `apollo-require-preflight`, from an allowed origin.',
  },
  NOT_FOUND: {
    httpStatus: 404,
    meaning: 'There is nothing at this path or with this id.',
    clientAction: 'Correct the path or the id.',
  },
  METHOD_NOT_ALLOWED: {
    httpStatus: 405,
    meaning: 'The path exists but does not answer this HTTP method.',
    clientAction: 'Use a method of the `Allow` header.',
  },
  UNSUPPORTED_MEDIA_TYPE: {
    httpStatus: 415,
    meaning: 'The body is not `application/json` in UTF-8, or it is compressed.',
    clientAction: 'Send `Content-Type: application/json`, and no `Content-Encoding`.',
  },
  BODY_TOO_LARGE: {
    httpStatus: 413,
    meaning: 'The request body exceeds the limit of this service.',
    clientAction: 'Send less: fewer variables, a smaller document, or several requests.',
  },
  HEADERS_TOO_LARGE: {
    httpStatus: 431,
    meaning: 'The headers of the request exceed what this service reads.',
    clientAction: 'Send fewer or shorter headers and cookies, or a POST instead of a long URL.',
  },
  REQUEST_TIMEOUT: {
    httpStatus: 408,
    meaning: 'The request did not arrive completely in time.',
    clientAction: 'Send it again, faster: with a smaller body or over a better connection.',
  },
  BATCHING_DISABLED: {
    httpStatus: 400,
    meaning: 'The body is a list of operations, and this service takes one a request.',
    clientAction: 'Send each operation in a request of its own.',
  },
  BATCH_TOO_LARGE: {
    httpStatus: 400,
    meaning:
      'The body is a list of more operations than this service takes in a request; `extensions.maximum` is the bound.',
    clientAction: 'Send several smaller batches.',
  },
  MALFORMED_JSON: {
    httpStatus: 400,
    meaning: 'The request body is not JSON.',
    clientAction: 'Correct the body.',
  },
  BAD_REQUEST: {
    httpStatus: 400,
    meaning: 'The HTTP request is not a GraphQL request: parameters are missing, or it could be a cross-site forgery.',
    clientAction: 'Send a JSON object with `query` or a persisted query, as `application/json`.',
  },
  BAD_USER_INPUT: {
    httpStatus: 400,
    meaning: 'A variable or an argument has a value that its type or the field refuses.',
    clientAction: 'Correct the value that the message names.',
  },
  INVALID_ID: {
    httpStatus: 400,
    meaning: 'The text is not an id, or it is an id of another type.',
    clientAction: 'Send an id that the graph gave out for that type.',
  },
  PAGE_SIZE_OUT_OF_RANGE: {
    httpStatus: 400,
    meaning: 'The argument `first` is below 1 or above the maximum.',
    clientAction: 'Ask for a smaller page and follow `pageInfo.endCursor`.',
  },
  INVALID_CURSOR: {
    httpStatus: 400,
    meaning: 'The cursor was damaged, or belongs to another list or another sort order.',
    clientAction: 'Start again from the first page.',
  },
  GRAPHQL_PARSE_FAILED: {
    httpStatus: 400,
    meaning: 'The document is not GraphQL.',
    clientAction: 'Correct the document.',
  },
  GRAPHQL_VALIDATION_FAILED: {
    httpStatus: 400,
    meaning: 'The document does not fit the schema.',
    clientAction: 'Correct the document against the current schema.',
  },
  OPERATION_TOO_LARGE: {
    httpStatus: 400,
    meaning: 'The document exceeds a limit of the gateway, which `extensions.limit` names with its `maximum`.',
    clientAction: 'Ask for less at once: fewer or less nested fields, fragments and aliases, or several operations.',
  },
  ANSWER_TOO_LARGE: {
    httpStatus: 400,
    meaning: 'The answer would have more characters than the gateway writes, which `extensions.maximum` names.',
    clientAction: 'Ask for less at once: shorter lists, fewer lists inside of lists, or several operations.',
  },
  COST_ESTIMATED_TOO_EXPENSIVE: {
    httpStatus: 400,
    meaning:
      'The operation may cost more than the gateway executes: `extensions.estimated` by the schema, of `extensions.maximum`.',
    clientAction: 'Ask for less at once: shorter pages, fewer lists inside of lists, or several operations.',
  },
  RATE_LIMITED: {
    httpStatus: 429,
    meaning:
      'This client, or this viewer of the field that `extensions.field` names, has asked for more than it may in a while.',
    clientAction: 'Come back after the seconds that `Retry-After` and `extensions.retryAfterSeconds` say.',
  },
  RATE_LIMITER_UNAVAILABLE: {
    httpStatus: 503,
    meaning: 'Nobody can tell how much this client has asked for, and the gateway was told to refuse it then.',
    clientAction: 'Repeat the request after the seconds that `Retry-After` says.',
  },
  PLANNER_BUSY: {
    httpStatus: 503,
    meaning: 'More operations that the gateway has not seen before are waiting than it can plan.',
    clientAction: 'Repeat the request after the seconds that `Retry-After` says.',
  },
  OPERATION_RESOLUTION_FAILURE: {
    httpStatus: 400,
    meaning: 'The document has several operations and `operationName` selects none of them.',
    clientAction: 'Send the name of one operation of the document.',
  },
  PERSISTED_QUERY_NOT_FOUND: {
    httpStatus: 200,
    meaning: 'No document is known for this hash.',
    clientAction: 'Send the hash together with the document once.',
  },
  PERSISTED_QUERY_NOT_SUPPORTED: {
    httpStatus: 200,
    meaning: 'This service does not keep persisted queries.',
    clientAction: 'Send the document.',
  },
  PERSISTED_QUERY_HASH_MISMATCH: {
    httpStatus: 400,
    meaning: 'The hash is not the SHA-256 of the document that came with it.',
    clientAction: 'Send the SHA-256 of the very bytes of the document, as 64 lower-case hexadecimal digits.',
  },
  PERSISTED_QUERY_NOT_IN_LIST: {
    httpStatus: 404,
    meaning: 'Only published operations are executed, and none has this id for this client.',
    clientAction:
      "Publish the client's operations before its release, and send the client's name where they ask for it.",
  },
  PERSISTED_QUERY_ID_REQUIRED: {
    httpStatus: 400,
    meaning: 'Only published operations are executed, and only by their ids.',
    clientAction: 'Send the id of a published operation in `extensions.persistedQuery.sha256Hash`, without a document.',
  },
  QUERY_NOT_IN_SAFELIST: {
    httpStatus: 403,
    meaning: 'Only published operations are executed, and this document is none of them.',
    clientAction: 'Publish the operation, or send the document of a published one.',
  },
  CANNOT_SEND_PQ_ID_AND_BODY: {
    httpStatus: 400,
    meaning: 'The request has both an id and a document, and no operation can be added by a request.',
    clientAction: 'Send the id alone, or the document alone.',
  },
  SUBSCRIPTION_NEEDS_EVENT_STREAM: {
    httpStatus: 406,
    meaning: 'The operation is a subscription, and the request does not accept its answer as server-sent events.',
    clientAction: 'Send it with `Accept: text/event-stream`.',
  },
  TOO_MANY_SUBSCRIPTIONS: {
    httpStatus: 429,
    meaning: 'The viewer has as many streams open as one may have; `extensions.maximum` is the bound.',
    clientAction: 'Close streams that are not looked at, or share one between tabs.',
  },
  SUBSCRIPTIONS_UNAVAILABLE: {
    httpStatus: 503,
    meaning: 'This gateway takes no more streams, is about to stop, or hears of no events at the moment.',
    clientAction: 'Connect again after a while, with the `Last-Event-ID` that came last.',
  },
  SUBSCRIPTION_TOO_SLOW: {
    httpStatus: 503,
    meaning: 'The stream was closed, for its client did not take what came. It is said in a comment of the stream.',
    clientAction: 'Connect again with the `Last-Event-ID` that came last: what was not taken follows.',
  },
  SUBSCRIPTION_EVENTS_MISSED: {
    httpStatus: 200,
    meaning:
      'Events between the `Last-Event-ID` and the next one of the stream may be missing: they are not kept any more.',
    clientAction: 'Query anew what is shown, and go on with the stream.',
  },
  IDEMPOTENCY_KEY_REUSED: {
    httpStatus: 409,
    meaning: 'The idempotency key was used before with another request.',
    clientAction: 'Make a new key for a new intention; keep the key only for a repetition.',
  },
  IDEMPOTENCY_KEY_BUSY: {
    httpStatus: 409,
    meaning:
      'The first request with this idempotency key has not ended within the time that a repetition waits for it.',
    clientAction: 'Send the same request, with the same key, after the seconds that `Retry-After` says.',
  },
  IDEMPOTENCY_KEY_INVALID: {
    httpStatus: 400,
    meaning:
      'The `Idempotency-Key` header is no UUID, is not the key that the input has, or came with a batch of operations.',
    clientAction:
      'Send one UUID, in the header or in the input, and one operation a request where it is in the header.',
  },
  IDEMPOTENCY_KEY_REQUIRED: {
    httpStatus: 400,
    meaning: 'The mutation acts once for each idempotency key, and none came.',
    clientAction: 'Send a new UUID in the input or in the `Idempotency-Key` header, and the same one in a repetition.',
  },
  SHARD_MOVING: {
    httpStatus: 503,
    meaning: 'The data is being moved to another database, and writes to it wait for a moment.',
    clientAction: 'Repeat the same request, with the same idempotency key, in a few seconds.',
  },
  DATABASE_UNAVAILABLE: {
    httpStatus: 503,
    meaning: 'A database that this part of the answer needs cannot be reached.',
    clientAction: 'Repeat the request later, with a growing pause.',
  },
  SUBGRAPH_UNAVAILABLE: {
    httpStatus: 503,
    meaning: 'A subgraph that this part of the answer needs cannot be reached.',
    clientAction: 'Repeat the request later, with a growing pause.',
  },
  OVERLOADED: {
    httpStatus: 503,
    meaning:
      'More requests are under way than the gateway can answer in about the usual time; this one was not looked at.',
    clientAction: 'Repeat the request after the seconds that `Retry-After` says, with a growing pause.',
  },
  GATEWAY_UNREACHABLE: {
    httpStatus: 502,
    meaning: 'The proxy in front reached no gateway, or the one that had the request ended before it answered.',
    clientAction: 'Repeat a query; repeat a mutation only with the same idempotency key.',
  },
  DEADLINE_EXCEEDED: {
    httpStatus: 504,
    meaning: 'The answer did not come within the time that the request said in `x-tributary-timeout-ms`.',
    clientAction: 'Repeat a query with more time; repeat a mutation only with the same idempotency key.',
  },
  SUBGRAPH_BUSY: {
    httpStatus: 503,
    meaning: 'More requests wait for a subgraph that this part of the answer needs than may.',
    clientAction: 'Repeat the request after a moment, with a growing pause.',
  },
  SUBGRAPH_INVALID_RESPONSE: {
    httpStatus: 502,
    meaning: 'A subgraph answered with something that is no GraphQL response; the parts that do not need it are there.',
    clientAction: 'Use the partial data, and report it with the request id.',
  },
  SUBGRAPH_TIMEOUT: {
    httpStatus: 504,
    meaning: 'A subgraph did not answer in time.',
    clientAction: 'Repeat a query later; repeat a mutation only with the same idempotency key.',
  },
  DOWNSTREAM_SERVICE_ERROR: {
    httpStatus: 502,
    meaning: 'A subgraph answered with an error that carries no code.',
    clientAction: 'Repeat the request later; report it when it stays.',
  },
  INTERNAL_SERVER_ERROR: {
    httpStatus: 500,
    meaning: 'A defect on our side. The details are in our log under `extensions.reference`.',
    clientAction: 'Report the reference.',
  },
} as const satisfies Record<string, ErrorCodeEntry>;

/** A key of the catalogue. */
export type ErrorCode = keyof typeof errorCodes;

/** Whether `code` is in the catalogue. */
export function isErrorCode(code: unknown): code is ErrorCode {
  return typeof code === 'string' && Object.hasOwn(errorCodes, code);
}

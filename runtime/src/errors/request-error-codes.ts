import type { ErrorCodeEntry } from './error-code-entry.ts';

/** Of what is asked: its form, its size and its cost, and what it repeats. A part of `errorCodes`. */
export const requestErrorCodes = {
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
} as const satisfies Record<string, ErrorCodeEntry>;

import type { ErrorCodeEntry } from './error-code-entry.ts';

/** Of whoever asks: who they are, and whether they may. A part of `errorCodes`. */
export const callerErrorCodes = {
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
} as const satisfies Record<string, ErrorCodeEntry>;

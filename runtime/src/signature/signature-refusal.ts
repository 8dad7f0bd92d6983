import { CodedError } from '../errors/coded-error.ts';

/** Why a subgraph takes a request for none of the gateway's. */
export type SignatureRefusalCode =
  | 'GATEWAY_SIGNATURE_REQUIRED'
  | 'GATEWAY_SIGNATURE_INVALID'
  | 'GATEWAY_SIGNATURE_EXPIRED'
  | 'GATEWAY_SIGNATURE_REPLAYED';

const messages: Record<SignatureRefusalCode, string> = {
  GATEWAY_SIGNATURE_REQUIRED: 'Subgraphs answer the gateway only',
  GATEWAY_SIGNATURE_INVALID: 'The signature does not match the request',
  GATEWAY_SIGNATURE_EXPIRED: 'The request was signed too long ago, or in the future',
  GATEWAY_SIGNATURE_REPLAYED: 'The request has come before',
};

/** A request that the gateway has not signed, or not for now. */
export class SignatureRefusal extends CodedError {
  override readonly name = 'SignatureRefusal';
  declare readonly code: SignatureRefusalCode;

  constructor(code: SignatureRefusalCode, cause?: unknown) {
    super(code, messages[code], { cause });
  }
}

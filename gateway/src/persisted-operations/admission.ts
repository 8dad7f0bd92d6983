import { hash } from 'node:crypto';
import { CodedError } from '@tributary/runtime/errors/coded-error';
import type { HttpRequest } from '@tributary/runtime/http/http-message';
import type { Logger } from '@tributary/runtime/logging/logger';
import { readAskedOperation, withText } from './asked-operation.ts';
import { loggableText } from './loggable-text.ts';
import { isSafelist, type PersistedOperationsMode } from './mode.ts';
import type { OperationList } from './operation-list.ts';
import type { PersistedTexts } from './persisted-texts.ts';

/** Header by which clients of Apollo say who they are. It may decide what an id stands for. */
export const CLIENT_NAME_HEADER = 'apollographql-client-name';

/** Decides which operations are executed, before anything is parsed. */
export interface Admission {
  /**
   * Another object whenever other operations may be admitted, or ids stand for other texts: what was remembered of admitted requests
   * holds as long as it is the same.
   */
  readonly state: object;
  /**
   * The request with the text of its operation in place of a hash or id. One that brings a hash with its text keeps both, so that
   * Apollo Server registers it as soon as it is valid; what is no GraphQL request stays as it is.
   *
   * @returns at once where no store has to be asked: always, but for a hash that this process has not seen
   * @throws CodedError PERSISTED_QUERY_…, QUERY_NOT_IN_SAFELIST, CANNOT_SEND_PQ_ID_AND_BODY or BAD_REQUEST
   */
  admit(request: HttpRequest): HttpRequest | Promise<HttpRequest>;
}

export interface AdmissionOptions {
  readonly mode: PersistedOperationsMode;
  /** The operations that are published now. */
  readonly list: () => OperationList;
  readonly texts: PersistedTexts;
  readonly logger: Logger;
}

const HASH = /^[0-9a-f]{64}$/;

/** Decides which operations a gateway takes, by its mode. */
export function createAdmission({ mode, list, texts, logger }: AdmissionOptions): Admission {
  function admit(request: HttpRequest): HttpRequest | Promise<HttpRequest> {
    const { text, id } = readAskedOperation(request);
    if (id === undefined) return text === undefined ? request : admitText(request, text);
    if (mode === 'off') throw new CodedError('PERSISTED_QUERY_NOT_SUPPORTED', 'PersistedQueryNotSupported');
    if (text !== undefined) return admitPair(request, id, text);
    const published = list().textOf(id, request.headers.get(CLIENT_NAME_HEADER));
    if (published !== undefined) return withText(request, published);
    if (isSafelist(mode)) {
      throw new CodedError('PERSISTED_QUERY_NOT_IN_LIST', 'No operation with this id is published for this client');
    }
    return admitHash(request, id);
  }

  function admitText(request: HttpRequest, text: string): HttpRequest {
    if (mode === 'safelist-by-id-only') {
      throw new CodedError('PERSISTED_QUERY_ID_REQUIRED', 'Operations are to be sent by their ids');
    }
    if (mode === 'safelist' && !list().verdictOn(text).isListed) {
      throw new CodedError('QUERY_NOT_IN_SAFELIST', 'This operation is not published');
    }
    if (mode === 'log-unknown') logUnknown(request, text);
    return request;
  }

  function admitPair(request: HttpRequest, id: string, text: string): HttpRequest {
    if (isSafelist(mode)) {
      throw new CodedError('CANNOT_SEND_PQ_ID_AND_BODY', 'Send the id of an operation or its text, not both');
    }
    requireHash(id);
    if (hash('sha256', text) !== id) {
      throw new CodedError('PERSISTED_QUERY_HASH_MISMATCH', 'provided sha does not match query');
    }
    admitText(request, text);
    return texts.has(id) ? withText(request, text) : request;
  }

  function admitHash(request: HttpRequest, id: string): HttpRequest | Promise<HttpRequest> {
    requireHash(id);
    const found = texts.find(id);
    return found instanceof Promise ? found.then((text) => withFound(request, text)) : withFound(request, found);
  }

  /** Clients know this refusal, and send the text with the hash. */
  function withFound(request: HttpRequest, text: string | undefined): HttpRequest {
    if (text === undefined) throw new CodedError('PERSISTED_QUERY_NOT_FOUND', 'PersistedQueryNotFound');
    return admitText(withText(request, text), text);
  }

  function logUnknown({ headers, requestId }: HttpRequest, text: string): void {
    const { isListed, isNew } = list().verdictOn(text);
    if (isListed || !isNew) return;
    const about = { requestId, clientName: headers.get(CLIENT_NAME_HEADER), operation: loggableText(text) };
    logger.warn(about, 'the operation is not published');
  }

  return {
    get state() {
      return list();
    },
    admit,
  };
}

/** What cannot be a hash is known to no store. */
function requireHash(id: string): void {
  if (HASH.test(id)) return;
  throw new CodedError('BAD_REQUEST', 'The sha256Hash of a persisted query has 64 lower-case hexadecimal digits');
}

import { randomUUID } from 'node:crypto';

const acceptable = /^[A-Za-z0-9._:-]{1,64}$/;

/** The caller's request id when it is safe to log and to echo, otherwise a new one. */
export function requestIdFrom(header: string | undefined): string {
  return header !== undefined && acceptable.test(header) ? header : randomUUID();
}

import { LRUCache } from 'lru-cache';
import {
  readSignedHeader,
  requireCurrent,
  type SignedHeader,
  signViewerHeader,
  type ViewerHeader,
} from './viewer-header.ts';

/** The callers that a process tells apart in so short a time; each takes less than 1 KB. */
const rememberedHeaders = 2_000;

/** For so long the same is vouched for in the same words, so that subgraphs can know them again. */
const reusedForMs = 1_000;

interface Signed {
  readonly text: string;
  readonly signedAtMs: number;
}

/**
 * A `signViewerHeader` that signs once a second for each caller: a signature costs the gateway, and each subgraph that verifies
 * it, more than finding it again. A header is valid for 59 to 60 s from when it is used.
 */
export function createViewerHeaderSigner(key: string): (header: ViewerHeader, nowMs: number) => string {
  const signedByClaims = new LRUCache<string, Signed>({ max: rememberedHeaders });
  return (header, nowMs) => {
    const claims = JSON.stringify([header.viewer, header.isExplained, header.clientAddress]);
    const known = signedByClaims.get(claims);
    if (known && nowMs >= known.signedAtMs && nowMs < known.signedAtMs + reusedForMs) return known.text;
    const text = signViewerHeader(header, key, nowMs);
    signedByClaims.set(claims, { text, signedAtMs: nowMs });
    return text;
  };
}

/**
 * A `verifyViewerHeader` that knows the texts again whose signature it has verified; whether they have expired is asked every
 * time. Nothing that was refused is remembered.
 *
 * @returns throws what `verifyViewerHeader` throws
 */
export function createViewerHeaderVerifier(
  keys: readonly string[],
): (text: string | undefined, nowMs: number) => ViewerHeader {
  const signedByText = new LRUCache<string, SignedHeader>({ max: rememberedHeaders });
  return (text, nowMs) => {
    const known = text === undefined ? undefined : signedByText.get(text);
    const signed = known ?? readSignedHeader(text, keys);
    requireCurrent(signed, nowMs);
    if (text !== undefined && known === undefined) signedByText.set(text, signed);
    return signed.header;
  };
}

import type { Coordination, Version } from './coordination.ts';
import type { Entry } from './entry.ts';
import { decodedSize, decodeEntry } from './entry-codec.ts';
import type { ValueStore } from './value-store.ts';

export interface SizedEntry {
  readonly entry: Entry;
  /** In memory. */
  readonly sizeBytes: number;
}

/**
 * Entries of the second tier that are true now: those whose tags all have the versions that were stored with them. Values and
 * the versions of `knownTags` take one round trip together; tags that only the entries tell take a second one.
 * @param fields of the rows that values are, where they are
 * @throws what the stores throw
 */
export async function readSharedTier(
  stores: { values: ValueStore; coordination: Coordination },
  keys: readonly string[],
  knownTags: readonly string[],
  fields?: readonly string[],
): Promise<Map<string, SizedEntry>> {
  const current = new Map<string, Version | undefined>();
  async function learnVersions(tags: readonly string[]): Promise<void> {
    if (tags.length === 0) return;
    const versions = await stores.coordination.versionsOf(tags);
    for (const [index, tag] of tags.entries()) current.set(tag, versions[index]);
  }

  const [stored] = await Promise.all([stores.values.getMany(keys), learnVersions([...new Set(knownTags)])]);
  const entries = new Map<string, SizedEntry>();
  for (const [index, key] of keys.entries()) {
    const bytes = stored[index];
    const entry = bytes && decodeEntry(bytes, fields);
    if (entry) entries.set(key, { entry, sizeBytes: decodedSize(bytes) });
  }
  const borne = new Set([...entries.values()].flatMap(({ entry }) => entry.tags));
  await learnVersions([...borne].filter((tag) => !current.has(tag)));
  for (const [key, { entry }] of entries) {
    if (!entry.tags.every((tag, index) => current.get(tag) === entry.versions[index])) entries.delete(key);
  }
  return entries;
}

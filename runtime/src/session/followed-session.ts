import { z } from 'zod';
import { CodedError } from '../errors/coded-error.ts';

/** Places in the logs of databases, by their names: the timeline, which a promotion raises, and bytes of log. */
export type SessionPositions = Readonly<Record<string, readonly [timeline: number, bytes: number]>>;

/** What a gateway tells a subgraph of the earlier requests of whoever asks. */
export interface FollowedSession {
  /** What they have seen and written: nothing older is to be read. */
  readonly seen: SessionPositions;
  /** Whether one of them wrote lately: then what caches had before is not to be used. */
  readonly hasWritten: boolean;
}

/**
 * By this header a gateway tells a subgraph of a {@link FollowedSession}, and a subgraph then answers how far its databases were
 * that it read and wrote.
 */
export const sessionHeader = 'x-tributary-session';

/** Before everything. */
export const NOTHING_SEEN: SessionPositions = Object.freeze({});

const count = z.number().int().nonnegative();
const positions = z.record(z.string(), z.tuple([count, count]));
const session = z.object({ seen: positions, hasWritten: z.boolean() });

/**
 * Reads what a gateway sent.
 * @throws CodedError BAD_REQUEST for what no gateway writes
 */
export function parseFollowedSession(text: string | undefined): FollowedSession | undefined {
  return text === undefined ? undefined : parsed(session, text);
}

/**
 * Reads what a subgraph answered.
 * @throws CodedError BAD_REQUEST for what no subgraph of ours writes
 */
export function parseSessionPositions(text: string): SessionPositions {
  return parsed(positions, text);
}

/** The nearest places from which all can be seen that could be from either. */
export function furthestSeen(one: SessionPositions, other: SessionPositions): SessionPositions {
  const furthest: Record<string, readonly [number, number]> = { ...one };
  for (const [database, [timeline, bytes]] of Object.entries(other)) {
    const [knownTimeline, knownBytes] = furthest[database] ?? [0, 0];
    furthest[database] = [Math.max(timeline, knownTimeline), Math.max(bytes, knownBytes)];
  }
  return furthest;
}

function parsed<T>(schema: z.ZodType<T>, text: string): T {
  try {
    return schema.parse(JSON.parse(text));
  } catch {
    throw new CodedError('BAD_REQUEST', `${sessionHeader} is nothing that Tributary writes`);
  }
}

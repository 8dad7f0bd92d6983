import { z } from 'zod';
import { NO_POSITIONS, type Positions } from '../cache/positions.ts';
import { CodedError } from '../errors/coded-error.ts';

/** By this header a gateway that fills its cache says how far the databases have to be which an answer is read from. */
export const minimumPositionsHeader = 'x-tributary-minimum-positions';

const positions = z.record(z.string(), z.number().int().nonnegative());

/** The header's name and value in turn; nothing where any position will do. */
export function minimumPositionsHeaders(minimum: Positions): readonly string[] {
  return Object.keys(minimum).length === 0 ? [] : [minimumPositionsHeader, JSON.stringify(minimum)];
}

/**
 * Reads the header.
 *
 * @throws CodedError BAD_REQUEST for a value that no gateway writes: to read anywhere for it would bring back what was changed
 */
export function parseMinimumPositions(value: string | undefined): Positions {
  if (value === undefined) return NO_POSITIONS;
  try {
    return positions.parse(JSON.parse(value));
  } catch {
    throw new CodedError('BAD_REQUEST', `${minimumPositionsHeader} is no map of positions`);
  }
}

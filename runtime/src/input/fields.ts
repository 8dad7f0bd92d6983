import { z } from 'zod';

interface Bounds {
  readonly min: number;
  readonly max: number;
}

/** A text without the white space around it; its length then is within bounds, which are included. */
export function boundedText({ min, max }: Bounds) {
  const message = `must have ${min} to ${max} characters`;
  return z.string('must be a text').trim().min(min, message).max(max, message);
}

/** A whole number within bounds, which are included. */
export function boundedInteger({ min, max }: Bounds) {
  const message = `must be a whole number from ${min} to ${max}`;
  return z.int(message).min(min, message).max(max, message);
}

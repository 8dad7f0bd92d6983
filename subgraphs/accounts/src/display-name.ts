import { boundedText } from '@tributary/runtime/input/fields';

/** The name of a user that others see: one line, without spaces around it. */
export const displayName = boundedText({ min: 1, max: 80 }).regex(/^\P{Cc}*$/u, 'must not contain control characters');

/** One entry of a header such as `accept` or `accept-encoding`. */
export interface AcceptedValue {
  /** In lower case, without parameters. */
  readonly value: string;
  /** From 0, not acceptable, to 1. */
  readonly quality: number;
}

/**
 * Reads a header that lists what a client accepts. Parameters other than the quality are dropped; a quality that is no number is 0.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#name-quality-values
 */
export function acceptedValues(header: string): AcceptedValue[] {
  return header.split(',').map(parseEntry);
}

function parseEntry(text: string): AcceptedValue {
  const [value = '', ...parameters] = text.split(';').map((part) => part.trim().toLowerCase());
  const quality = parameters.find((each) => each.startsWith('q='));
  return { value, quality: quality === undefined ? 1 : Number(quality.slice(2)) || 0 };
}

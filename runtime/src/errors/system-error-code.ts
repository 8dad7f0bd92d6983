/** The `code` of an error of Node or a driver (`ECONNREFUSED`), if it has one. It does not ask for a class: errors can come from another realm. */
export function systemErrorCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

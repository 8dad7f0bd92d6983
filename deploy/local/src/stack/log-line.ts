const internalFields = new Set(['level', 'time', 'service', 'msg', 'err']);

/**
 * A service's line of output as people read it in a terminal: pino's JSON becomes `[orders] info listening url=…`, with the
 * stack of an error below; anything else is passed on behind the name.
 */
export function renderLogLine(name: string, line: string): string {
  const record = parseRecord(line);
  if (!record) return `[${name}] ${line}`;
  const fields = Object.entries(record)
    .filter(([key]) => !internalFields.has(key))
    .map(([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`);
  const text = [`[${name}]`, record['level'], record['msg'], ...fields].filter((part) => part !== undefined).join(' ');
  return text + renderStack(record['err']);
}

function parseRecord(line: string): Record<string, unknown> | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

function renderStack(error: unknown): string {
  if (typeof error !== 'object' || error === null || !('stack' in error) || typeof error.stack !== 'string') return '';
  return `\n${error.stack.replaceAll(/^/gm, '    ')}`;
}

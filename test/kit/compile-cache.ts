/**
 * For the environment of a process that is to have nothing else in it: where Node keeps what it compiled, if this run keeps it.
 * Such a process starts in half the time, and does nothing else differently.
 */
export function compileCache(): Record<string, string> {
  const directory = process.env['NODE_COMPILE_CACHE'];
  return directory === undefined ? {} : { NODE_COMPILE_CACHE: directory };
}

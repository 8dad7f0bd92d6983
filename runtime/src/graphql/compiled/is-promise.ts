/** Whether resolvers' callers have to await it. It is asked of every object, and to read what is not there costs less than `in`. */
export function isPromise(value: unknown): value is PromiseLike<unknown> {
  if ((typeof value !== 'object' || value === null) && typeof value !== 'function') return false;
  const { then }: { readonly then?: unknown } = value;
  return typeof then === 'function';
}

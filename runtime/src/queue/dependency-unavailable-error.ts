/** What a handler needs cannot be used for now. Nothing in the event can be the reason, so it is not given up, however often it fails. */
export class DependencyUnavailableError extends Error {
  override readonly name = 'DependencyUnavailableError';
  readonly code = 'DEPENDENCY_UNAVAILABLE';
}

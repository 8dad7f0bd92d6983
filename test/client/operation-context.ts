import type { ApolloLink } from '@apollo/client';

/** What an operation is sent with beside its variables. */
export interface OperationContext {
  readonly headers?: Record<string, string> | undefined;
  /** Whether its text is sent, or its hash alone. */
  readonly http?: { readonly includeQuery?: boolean; readonly includeExtensions?: boolean } | undefined;
  /** Of a subscription: called when its stream is there. What happens from then on will be heard. */
  readonly onOpen?: (() => void) | undefined;
}

/** Apollo Client leaves open what is in a context; in this client's it is this. */
export function contextOf(operation: ApolloLink.Operation): OperationContext {
  const { headers, http, onOpen } = operation.getContext();
  return { headers, http, onOpen };
}

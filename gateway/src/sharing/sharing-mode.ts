/**
 * What requests that are under way at the same time share: nothing; equal queries to a subgraph; or, besides those, whole answers to
 * equal queries of clients.
 */
export const sharingModes = ['off', 'subgraphs', 'all'] as const;
export type SharingMode = (typeof sharingModes)[number];

import { fetchesIn, type PlacedFetch, type PlanTree } from './plan-tree.ts';

/** When a fetch can go out: fetches that follow one another have rising levels, and each can be at any level of its own. */
interface Schedule {
  /** Once all that comes before it has gone out. */
  readonly earliest: number;
  /** So that nothing which comes after it makes the plan any longer. */
  readonly latest: number;
}

/**
 * Fetches of entities that one request to their subgraph can bring, in groups; a fetch that is alone is in a group of its own.
 *
 * A fetch on whose answer others wait goes out as early as it can, and with it all that can go out then. One that nothing is delayed
 * by waits for later ones of its subgraph. The fetches of a group never wait for one another, not by way of other groups either: all
 * of a group have the same level, and what is before a fetch has a lower one.
 */
export function jointFetches(tree: PlanTree): PlacedFetch[][] {
  const schedules = scheduleOf(tree);
  const gone = new Set<PlacedFetch>();
  const groups: PlacedFetch[][] = [];
  for (let level = 0; gone.size < schedules.size; level++) {
    const ready = readyFetches(tree, (fetch) => gone.has(fetch));
    const going = ready.filter((fetch) => !mayWait(fetch, ready, level));
    const subgraphs = new Set(going.filter(isJoinable).map(subgraphOf));
    const together = ready.filter((fetch) => isJoinable(fetch) && subgraphs.has(subgraphOf(fetch)));
    groups.push(...Map.groupBy(together, subgraphOf).values());
    groups.push(...going.filter((fetch) => !isJoinable(fetch)).map((fetch) => [fetch]));
    for (const fetch of [...together, ...going]) gone.add(fetch);
  }
  return groups;

  /** Whether there is a later one to wait for, and time to do so. */
  function mayWait(fetch: PlacedFetch, ready: readonly PlacedFetch[], level: number): boolean {
    const latest = schedules.get(fetch)?.latest ?? level;
    if (latest <= level || !isJoinable(fetch)) return false;
    const alongside = fetchesAlongside(tree, fetch);
    return [...schedules].some(
      ([other, { earliest }]) =>
        earliest <= latest &&
        isJoinable(other) &&
        subgraphOf(other) === subgraphOf(fetch) &&
        alongside.has(other) &&
        !gone.has(other) &&
        !ready.includes(other),
    );
  }
}

function isJoinable({ fetch }: PlacedFetch): boolean {
  return fetch.requires !== undefined && fetch.operationKind === 'query';
}

function subgraphOf({ fetch }: PlacedFetch): string {
  return fetch.serviceName;
}

function scheduleOf(tree: PlanTree): ReadonlyMap<PlacedFetch, Schedule> {
  const schedules = new Map<PlacedFetch, Schedule>();
  const length = lengthOf(tree);
  schedule(tree, 0, length);
  return schedules;

  function schedule(node: PlanTree, start: number, end: number): void {
    if (node.kind === 'Fetch') {
      schedules.set(node, { earliest: start, latest: end - 1 });
      return;
    }
    const children = childrenOf(node);
    if (node.kind !== 'Sequence') {
      for (const child of children) schedule(child, start, end);
      return;
    }
    let before = start;
    let after = end - lengthOf(node);
    for (const child of children) {
      after += lengthOf(child);
      schedule(child, before, after);
      before += lengthOf(child);
    }
  }
}

/** How many fetches of a plan have to follow one another. */
function lengthOf(node: PlanTree): number {
  if (node.kind === 'Fetch') return 1;
  const lengths = childrenOf(node).map(lengthOf);
  return node.kind === 'Sequence' ? lengths.reduce((sum, length) => sum + length, 0) : Math.max(0, ...lengths);
}

/** The fetches that nothing has to be waited for any more. */
function readyFetches(node: PlanTree, isGone: (fetch: PlacedFetch) => boolean): PlacedFetch[] {
  if (node.kind === 'Fetch') return isGone(node) ? [] : [node];
  if (node.kind !== 'Sequence') return childrenOf(node).flatMap((child) => readyFetches(child, isGone));
  for (const child of node.nodes) {
    if (!fetchesIn(child).every(isGone)) return readyFetches(child, isGone);
  }
  return [];
}

/** The fetches that neither come before a fetch nor after it, and may be wanted besides. */
function fetchesAlongside(node: PlanTree, fetch: PlacedFetch): ReadonlySet<PlacedFetch> {
  if (node.kind === 'Fetch') return new Set();
  const children = childrenOf(node);
  const own = children.find((child) => fetchesIn(child).includes(fetch));
  const others = node.kind === 'Parallel' ? children.filter((child) => child !== own).flatMap(fetchesIn) : [];
  return new Set([...others, ...(own ? fetchesAlongside(own, fetch) : [])]);
}

function childrenOf(node: Exclude<PlanTree, PlacedFetch>): readonly PlanTree[] {
  return node.kind === 'Condition' ? [node.whenTrue, node.whenFalse] : node.nodes;
}

/** Where the tags of a cache are kept, and the clock of their versions: on one server together, on a cluster in several slots. */
export interface TagBuckets {
  readonly count: number;
  bucketOf(tag: string): number;
  clockKey(bucket: number): string;
  tagKey(tag: string): string;
}

// A part of the names of keys: processes that counted otherwise would not hear of each other.
const CLUSTER_BUCKETS = 16;
const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

/** All tags in one bucket. */
export function oneBucket(prefix: string): TagBuckets {
  return {
    count: 1,
    bucketOf: () => 0,
    clockKey: () => `${prefix}version`,
    tagKey: (tag) => `${prefix}tag:${tag}`,
  };
}

/**
 * Tags spread over buckets, each of which is a slot of a cluster: few enough that a fill can read the clocks of all when it
 * begins, as it may learn from its value only which tags it bears; many enough that every node has some.
 */
export function clusterBuckets(prefix: string): TagBuckets {
  const name = (bucket: number): string => `${prefix}{tags-${bucket}}:`;
  return {
    count: CLUSTER_BUCKETS,
    bucketOf: hashBucket,
    clockKey: (bucket) => `${name(bucket)}version`,
    tagKey: (tag) => `${name(hashBucket(tag))}tag:${tag}`,
  };
}

/** FNV-1a over UTF-16 units. */
function hashBucket(text: string): number {
  let hash = FNV_OFFSET;
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), FNV_PRIME);
  return (hash >>> 0) % CLUSTER_BUCKETS;
}

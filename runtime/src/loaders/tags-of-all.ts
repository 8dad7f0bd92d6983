/**
 * All tags of many things, each made when it is taken: most requests are asked for none, and to write an id out takes time.
 */
export function* tagsOfAll<T>(all: Iterable<T>, tagsOf: (each: T) => readonly string[]): Generator<string> {
  for (const each of all) yield* tagsOf(each);
}

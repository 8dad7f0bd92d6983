/**
 * Is told of data that its schema does not allow, inside an answer that is otherwise well formed.
 * @param subgraph `undefined` where it cannot be told which one it was
 * @param reason names types and fields, and no value
 */
export type WrongDataObserver = (subgraph: string | undefined, reason: string) => void;

/** Tells an observer once of what is wrong in the same way: a page may hold the same mistake a hundred times. */
export function onceForEach(observe: WrongDataObserver): WrongDataObserver {
  const told = new Set<string>();
  return (subgraph, reason) => {
    const key = `${subgraph} ${reason}`;
    if (told.has(key)) return;
    told.add(key);
    observe(subgraph, reason);
  };
}

import { constants, createContext, runInContext } from 'node:vm';
import { TestEnvironment } from 'jest-environment-node';

/** Node's own, also in the realm of a test file: otherwise a `Buffer` would be no `Uint8Array` there. */
const OF_NODE: ReadonlySet<PropertyKey> = new Set(['Buffer', 'ArrayBuffer', 'Uint8Array']);

/**
 * Jest's environment for Node, where each test file has a realm of its own, with an ordinary global object. The one that jest makes is
 * a proxy behind an interceptor, which each use of `Promise`, `Map` or `process` asks, in libraries too: a tenth of what tests cost.
 */
export default class PlainRealmEnvironment extends TestEnvironment {
  constructor(...[config, context]: ConstructorParameters<typeof TestEnvironment>) {
    super(config, context);
    const realm = createContext(constants.DONT_CONTEXTIFY);
    const global: typeof this.global = runInContext('globalThis', realm);
    furnish(global, this.global);
    // As jest has it: a failure deep in a library names the line of the test, too.
    global.Error.stackTraceLimit = 100;
    this.context = realm;
    this.global = global;
    if (this.moduleMocker) this.moduleMocker = Reflect.construct(this.moduleMocker.constructor, [global]);
    if (this.fakeTimersModern) {
      const options = { config: config.projectConfig, global };
      this.fakeTimersModern = Reflect.construct(this.fakeTimersModern.constructor, [options]);
    }
  }
}

/** Gives a new global object what Node and jest have put into another one. */
function furnish(global: typeof globalThis, other: object): void {
  for (const key of Reflect.ownKeys(other)) {
    const descriptor = Object.getOwnPropertyDescriptor(other, key);
    const isOfLanguage = Object.hasOwn(global, key) && !OF_NODE.has(key);
    if (descriptor === undefined || isOfLanguage) continue;
    Object.defineProperty(global, key, descriptor.get ? readOnce(global, key, descriptor.get) : descriptor);
  }
  global.global = global;
}

/** A property that becomes an ordinary one when it is first used: to read all of Node's would load all of Node. */
function readOnce(global: object, key: PropertyKey, read: () => unknown): PropertyDescriptor {
  const keep = (value: unknown) => {
    Object.defineProperty(global, key, { configurable: true, enumerable: true, writable: true, value });
    return value;
  };
  return { configurable: true, enumerable: true, get: () => keep(read()), set: keep };
}

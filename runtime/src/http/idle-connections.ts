import type { Socket } from 'node:net';

/**
 * Open connections, those that are idle in the order in which they became so. Each change costs the same however many there are.
 *
 * Linked by hand: a set that is added to and taken from for each request leaves tables that keep one another from being collected
 * early, and finds its first member by going over the gaps that others have left.
 */
export class IdleConnections {
  readonly #places = new Map<Socket, Place>();
  readonly #silent = new Place();
  readonly #used = new Place();

  /** How many are open, idle or not. */
  get size(): number {
    return this.#places.size;
  }

  /** Adds one that was opened just now: it is idle, and silent until its first request. */
  add(socket: Socket): void {
    const place = new Place(socket);
    this.#places.set(socket, place);
    place.join(this.#silent);
    socket.once('close', () => this.#remove(place, socket));
  }

  /** Notes that a request came. */
  busy(socket: Socket): void {
    this.#places.get(socket)?.leave();
  }

  /** Notes that the last request was answered. */
  idle(socket: Socket): void {
    if (socket.writable) this.#places.get(socket)?.join(this.#used);
  }

  /** Removes the one that has been idle for longest: of those that never sent a request, or else of the others. */
  takeLongestIdle(): Socket | undefined {
    for (const end of [this.#silent, this.#used]) {
      for (let { socket } = end.next; socket; { socket } = end.next) {
        this.#remove(end.next, socket);
        if (!socket.destroyed) return socket;
      }
    }
    return undefined;
  }

  #remove(place: Place, socket: Socket): void {
    place.leave();
    this.#places.delete(socket);
  }
}

/** A place in a ring; the one without a connection is both ends of it. */
class Place {
  readonly socket: Socket | undefined;
  next: Place = this;
  #previous: Place = this;

  constructor(socket?: Socket) {
    this.socket = socket;
  }

  /** Becomes the last of a ring. */
  join(end: Place): void {
    this.leave();
    this.next = end;
    this.#previous = end.#previous;
    end.#previous.next = this;
    end.#previous = this;
  }

  leave(): void {
    this.#previous.next = this.next;
    this.next.#previous = this.#previous;
    this.next = this;
    this.#previous = this;
  }
}

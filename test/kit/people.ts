import { encodeId } from '@tributary/prisma/ids/typed-id';
import type { ViewerRole } from '@tributary/runtime/viewer/viewer';
import type { TestGraph } from './test-graph.ts';

/** A seeded user with an open session. */
export interface Person {
  /** `usr_…` */
  readonly id: string;
  readonly email: string;
  readonly token: string;
}

/** Who the flows are about; all are different users. */
export interface People {
  readonly customer: Person;
  /** A customer whom nothing of the others concerns. */
  readonly stranger: Person;
  readonly merchant: Person;
  readonly otherMerchant: Person;
  readonly admin: Person;
}

/** Logs everybody in. */
export async function logInPeople(graph: TestGraph): Promise<People> {
  const [customer, stranger, merchant, otherMerchant, admin] = await Promise.all([
    logIn(graph, 'CUSTOMER', 0),
    logIn(graph, 'CUSTOMER', 1),
    logIn(graph, 'MERCHANT', 0),
    logIn(graph, 'MERCHANT', 1),
    logIn(graph, 'ADMIN', 0),
  ]);
  return { customer, stranger, merchant, otherMerchant, admin };
}

async function logIn(graph: TestGraph, role: ViewerRole, place: number): Promise<Person> {
  const user = graph.seeded.marketplace.users.filter((candidate) => candidate.role === role)[place];
  if (!user) throw new Error(`the seed data has no ${role} number ${place}`);
  const { id, email } = user;
  return { id: encodeId('user', id), email, token: await graph.logIn(email) };
}

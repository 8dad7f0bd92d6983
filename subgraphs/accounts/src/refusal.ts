/** A refusal of the domain, as the schema's `Refusal` interface shows it. */
export interface Refusal<Typename extends string> {
  __typename: Typename;
  code: string;
  message: string;
}

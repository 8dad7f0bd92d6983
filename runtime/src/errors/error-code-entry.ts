/** What an error code means to a caller. `httpStatus` is used where the whole request failed with that code. */
export interface ErrorCodeEntry {
  readonly httpStatus: number;
  readonly meaning: string;
  readonly clientAction: string;
}

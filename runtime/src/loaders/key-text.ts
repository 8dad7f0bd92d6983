/** What tells keys apart. Ids do so themselves: to write one out costs more than to find it. */
export type KeyText = string | bigint;

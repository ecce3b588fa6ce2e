/** The fault of a text that cannot be read: a clause for people, without the name of its field. */

export interface Fault {
  readonly fault: string;
}

export function isFault(value: object): value is Fault {
  return 'fault' in value;
}

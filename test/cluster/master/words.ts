/** Small words of master scripts: where an agent is, the identity of an update. */

import { numberedUuid } from '../numbered-uuid';

export function pid(name: string): string {
  return `slave(1)@${name}:5051`;
}

/** The same for the same number, in base64. */
export const UUID = numberedUuid;

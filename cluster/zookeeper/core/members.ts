/**
 * Members of a group: the children of a node whose names end in a sequence number. The lowest number leads.
 */

export interface Member {
  /** The child's name, such as `json.info_0000000007`. */
  readonly name: string;
  readonly sequence: number;
}

/**
 * The members among children, in the order of their numbers. With several prefixes the first one that anybody
 * has is taken; other children, such as `log_replicas`, are passed over.
 */
export function readMembers(children: readonly string[], prefixes: readonly string[]): Member[] {
  for (const prefix of prefixes) {
    const members = children.flatMap((name): Member[] => {
      const digits = name.startsWith(prefix) ? name.slice(prefix.length) : '';
      return /^-?\d{1,10}$/.test(digits) ? [{ name, sequence: Number(digits) }] : [];
    });
    if (members.length > 0) return members.sort(bySequence);
  }
  return [];
}

/** The server's counter has 31 bits and then goes on below zero. */
function bySequence(left: Member, right: Member): number {
  return left.sequence - right.sequence || (left.name < right.name ? -1 : 1);
}

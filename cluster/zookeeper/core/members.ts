/**
 * Members of a group: children of a node whose names end in a sequence number.
 *
 * The member with the lowest number leads.
 */

export interface Member {
  /** The child's name, such as `json.info_0000000007`. */
  readonly name: string;
  readonly sequence: number;
}

/** The beginning of members' names, or a pattern whose first group is the number. */
export type MemberName = string | RegExp;

/**
 * The members among children, in the order of their numbers. The first prefix that any child has counts;
 * other children, such as `log_replicas`, are ignored.
 */
export function readMembers(children: readonly string[], prefixes: readonly MemberName[]): Member[] {
  for (const prefix of prefixes) {
    const members = children.flatMap((name): Member[] => {
      const digits = digitsOf(name, prefix);
      return /^-?\d{1,10}$/.test(digits) ? [{ name, sequence: Number(digits) }] : [];
    });
    if (members.length > 0) return members.sort(bySequence);
  }
  return [];
}

function digitsOf(name: string, prefix: MemberName): string {
  if (typeof prefix !== 'string') return prefix.exec(name)?.[1] ?? '';
  return name.startsWith(prefix) ? name.slice(prefix.length) : '';
}

/** Compares by the server's counter, which has 31 bits and then continues below zero. */
function bySequence(left: Member, right: Member): number {
  return left.sequence - right.sequence || (left.name < right.name ? -1 : 1);
}

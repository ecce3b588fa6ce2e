/** The nodes below the path of `--zk`. */

/** The election, where the original has it. */
export const ELECTION_NODE = 'leader-curator';
/** The state. That of the original is in `state`. */
export const STATE_NODE = 'meseta';

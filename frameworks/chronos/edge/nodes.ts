/** The nodes below `--zk_path` that a Chronos has in ZooKeeper. */

/** The election, where the original has it. */
export const CANDIDATE_NODE = 'candidate';
/** The state. That of the original is in `state`. */
export const STATE_NODE = 'meseta';

/**
 * Limits that are not flags, each with its reason.
 */

/** Longest status message that is kept: messages are stored and sent to every reader of the event stream. */
export const MESSAGE_MAX_CHARS = 10_000;

/** Offers remembered per app for the queue page. */
export const UNUSED_OFFERS_MAX = 10;

/** Passes over the touched apps in one step. More means that two rules fight each other: a mistake of ours. */
export const SETTLE_ROUNDS_MAX = 100;

/** The fewest failing instances of a health storm: of one or two it cannot be told that their fault is a shared one. */
export const STORM_INSTANCES_MIN = 3;

/** Instances of an app that one step schedules or decommissions; further ones follow, so that others are not held up. */
export const SCALED_AT_ONCE_MAX = 1000;

/** The longest time an offer waits for launch tokens. Tasks that begin to run return theirs within milliseconds. */
export const OFFER_HOLD_MS = 2000;

/** The pause in which returned launch tokens are collected, so that an offer is not used up for one task. */
export const TOKENS_PAUSE_MS = 10;

/** Offers that wait at once; further ones are declined for a short time. */
export const HELD_OFFERS_MAX = 2000;

/** Matches of an offer and an app that one step tries: a few milliseconds. */
export const MATCHES_AT_ONCE_MAX = 1000;

/**
 * The largest cluster on which an app that begins to wait is not held up by `--min_revive_offers_interval`: after a REVIVE
 * the master makes offers of all agents, and more than these cost too much to come twice a second.
 */
export const URGENT_AGENTS_MAX = 2000;

/** Constraints of one role that are sent to the master. Beyond that it offers all agents: each change of one sends all. */
export const OFFER_CONSTRAINTS_MAX = 10_000;

/** The refusal of an offer that will be of use soon, when a back-off has passed. */
export const SHORT_REFUSE_MS = 5000;

/** First pause between two health probes of a new task; doubles up to the check's interval. */
export const FIRST_PROBE_PAUSE_MS = 250;

/** Least pause between two probes of one check, also with an interval of 0. */
export const PROBE_PAUSE_MIN_MS = 100;

/** Time between two checks for launches that take too long. */
export const OVERDUE_CHECK_MS = 5000;
export const OVERDUE_FIRST_MS = 30_000;

/** Apps that the reason of a deployment names: it goes to the event stream and to every page of deployments. */
export const WAITS_SHOWN_MAX = 50;

/** Agents that are remembered for plans. */
export const KNOWN_AGENTS_MAX = 100_000;

/** Instances that a rehearsed change is about, before and after it: a rehearsal holds up everything else. */
export const REHEARSED_INSTANCES_MAX = 1000;

/** Events of a rehearsal: several for each of these instances. */
export const REHEARSED_EVENTS_MAX = 5000;

/** A rehearsal ends when no task has begun or ended for so long: longer than the pauses between two REVIVEs. */
export const REHEARSED_QUIET_MS = 30_000;

/**
 * Our version, and the one we speak as: clients compare the latter with what they need of Mesos.
 */

/** Meseta's own version, as in package.json (a test compares). */
export const MESETA_VERSION = '0.1.0';

/** The Mesos whose wire we speak; agents and frameworks check for a minimum of it. */
export const VERSION = '1.11.0';

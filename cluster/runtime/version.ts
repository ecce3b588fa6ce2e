/**
 * Meseta's own version, and the version of Mesos that it reports to clients.
 */

/** Meseta's own version, as in package.json (a test compares). */
export const MESETA_VERSION = '0.1.0';

/** The version of Mesos whose wire we speak; agents and frameworks require a minimum of it. */
export const VERSION = '1.11.0';

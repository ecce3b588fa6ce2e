/**
 * The build that runs, as `/version`, `/state` and GET_VERSION show it.
 *
 * A build is known by its commit and has the times of the commit, so that one commit always makes the same
 * build (`scripts/build.mjs` writes the file).
 */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { VERSION } from './version';

/**
 * The build information that the original shows; without a commit the keys that are always there are empty.
 */
export interface Build {
  readonly git_sha?: string;
  /** The tag of the commit, if it has one. */
  readonly git_tag?: string;
  /** `2026-01-31 12:00:00`, UTC. */
  readonly build_date: string;
  /** The same in seconds since 1970. */
  readonly build_time: number;
  /** The author of the commit. */
  readonly build_user: string;
}

const UNKNOWN: Build = { build_date: '', build_time: 0, build_user: '' };

/** Reads the file that the build wrote; its members are empty when there is none, or no build. */
export function readBuild(file = join(__dirname, '..', '..', 'build-info.json')): Build {
  try {
    return { ...UNKNOWN, ...(JSON.parse(readFileSync(file, 'utf8')) as Partial<Build>) };
  } catch {
    return UNKNOWN;
  }
}

const BUILD = readBuild();

/** The answer of `/version`. */
export const VERSION_INFO = { version: VERSION, ...BUILD };

/** The members of `/state` about the build, in JSON. */
export function buildMembers(): Record<string, string> {
  return Object.fromEntries(Object.entries(BUILD).map(([name, value]) => [name, JSON.stringify(value)]));
}

/**
 * Times and resources in the form of the v1 API.
 */

import type * as mesos from '../../../api/generated/mesos';
import { type Resources, writeShownResources } from '../../../model/resources';
import type { Millis } from '../../../model/time';

/** Milliseconds since 1970 as a TimeInfo, rounded to whole milliseconds. */
export function printTime(millis: Millis | undefined): mesos.TimeInfo | undefined {
  return millis === undefined ? undefined : { nanoseconds: BigInt(Math.round(millis)) * 1_000_000n };
}

/** Resources as endpoints show them: with `role` and `reservation` beside `reservations`. */
export function printResources(resources: Resources): mesos.Resource[] {
  return writeShownResources(resources) as mesos.Resource[];
}

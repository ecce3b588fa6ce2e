/** The tz database for the core: the offsets of zones, by luxon. */

import { IANAZone } from 'luxon';
import type { ZoneRules } from '../core/schedule/zone';

/** A name has letters and begins with one; Intl alone would also take offsets such as `+05:30`. */
const NAME = /^[A-Za-z][A-Za-z0-9_+\-/]*$/;

export function tzRules(): ZoneRules {
  return {
    isZone: (name) => NAME.test(name) && IANAZone.isValidZone(name),
    offsetAt: (name, instant) => IANAZone.create(name).offset(instant) * 60_000,
  };
}

/** The name of the zone of this machine. */
export function localZoneName(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/**
 * Time zones of schedules: their names, and the port to the rules of the tz database.
 *
 * The legacy names are those of Joda-Time 2.9.6; several of them mean another zone to Node's Intl.
 */

import type { Millis } from '../../../../cluster/model/time';
import type { Fault } from './fault';

/** A fixed offset, or a name of the tz database. */
export type Zone = { readonly offset: Millis } | { readonly name: string };

/** The tz database. The edge implements it, so that the core has no package and its tests no host. */
export interface ZoneRules {
  isZone(name: string): boolean;
  /** The offset of the wall clock from UTC; a zone east of Greenwich has a positive one. */
  offsetAt(name: string, instant: Millis): Millis;
}

export const UTC: Zone = { offset: 0 };

const LEGACY_NAMES: Readonly<Record<string, string>> = {
  GMT: 'UTC',
  WET: 'WET',
  CET: 'CET',
  MET: 'CET',
  ECT: 'CET',
  EET: 'EET',
  MIT: 'Pacific/Apia',
  HST: 'Pacific/Honolulu',
  AST: 'America/Anchorage',
  PST: 'America/Los_Angeles',
  MST: 'America/Denver',
  PNT: 'America/Phoenix',
  CST: 'America/Chicago',
  EST: 'America/New_York',
  IET: 'America/Indiana/Indianapolis',
  PRT: 'America/Puerto_Rico',
  CNT: 'America/St_Johns',
  AGT: 'America/Argentina/Buenos_Aires',
  BET: 'America/Sao_Paulo',
  ART: 'Africa/Cairo',
  CAT: 'Africa/Harare',
  EAT: 'Africa/Addis_Ababa',
  NET: 'Asia/Yerevan',
  PLT: 'Asia/Karachi',
  IST: 'Asia/Kolkata',
  BST: 'Asia/Dhaka',
  VST: 'Asia/Ho_Chi_Minh',
  CTT: 'Asia/Shanghai',
  JST: 'Asia/Tokyo',
  ACT: 'Australia/Darwin',
  AET: 'Australia/Sydney',
  SST: 'Pacific/Guadalcanal',
  NST: 'Pacific/Auckland',
};

const CUSTOM = /^GMT([+-])(\d{1,2})(?::?(\d{2}))?$/;

/** Reads `scheduleTimeZone`. The original takes an unknown name for GMT; here it is refused. */
export function readZone(rules: ZoneRules, text: string): Zone | Fault {
  const legacy = LEGACY_NAMES[text];
  if (legacy !== undefined) return zoneNamed(legacy);
  const custom = CUSTOM.exec(text);
  if (custom !== null) return customZone(text, custom);
  return rules.isZone(text) ? zoneNamed(text) : unknownZone(text);
}

function zoneNamed(name: string): Zone {
  return name === 'UTC' ? UTC : { name };
}

function customZone(text: string, [, sign, hours, minutes = '0']: RegExpExecArray): Zone | Fault {
  if (Number(hours) > 23 || Number(minutes) > 59) return unknownZone(text);
  const offset = (Number(hours) * 60 + Number(minutes)) * 60_000;
  return { offset: sign === '-' && offset !== 0 ? -offset : offset };
}

function unknownZone(text: string): Fault {
  return { fault: `is no known time zone: '${text}'` };
}

export function offsetOf(rules: ZoneRules, zone: Zone, instant: Millis): Millis {
  return 'offset' in zone ? zone.offset : rules.offsetAt(zone.name, instant);
}

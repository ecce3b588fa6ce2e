/**
 * The DNS labels that free text of the cluster becomes, and the names that can be in the zone.
 *
 * The clean-up is part of the interface, since people type these names. It is that of records/labels/labels.go of Mesos-DNS,
 * oddities included.
 */

/** The rule for the first character and the length of a label. */
export type LabelRule = 'rfc1123' | 'rfc952';

/** The longest label (RFC 1035, section 2.3.4). */
export const LABEL_MAX = 63;
/** The longest name as text without the final dot: 255 octets on the wire (RFC 1035, section 2.3.4). */
export const NAME_MAX = 253;

const RULES = {
  rfc1123: { max: LABEL_MAX, left: /^-+/ },
  rfc952: { max: 24, left: /^[-0-9]+/ },
} as const;

const CLEAN = /^[a-z](?:[a-z0-9-]*[a-z0-9])?$/;

/** Labels that were cleaned lately: the names of ports, protocols and apps are those of many tasks. */
const cleaned = { rfc1123: new Map<string, string>(), rfc952: new Map<string, string>() };
const CLEANED_MAX = 5000;

/** The label that a text becomes; empty when no character of it can be used. */
export function cleanLabel(text: string, rule: LabelRule): string {
  const cachedLabel = cleaned[rule].get(text);
  if (cachedLabel !== undefined) return cachedLabel;
  if (cleaned[rule].size >= CLEANED_MAX) cleaned[rule].clear();
  const label = makeLabel(text, rule);
  cleaned[rule].set(text, label);
  return label;
}

function makeLabel(text: string, rule: LabelRule): string {
  const { max, left } = RULES[rule];
  // Most texts are labels already.
  if (text.length <= max && CLEAN.test(text)) return text;
  const usable = text
    .replace(/[A-Z]/g, (letter) => letter.toLowerCase())
    .replace(/[._]/g, '-')
    .replace(/[^a-z0-9-]/g, '')
    .replace(left, '');
  const cut = usable.slice(0, max);
  const trimmed = trimDashes(cut);
  if (trimmed.length === cut.length) return cut;
  // Text beyond the cut moves up when dashes made room. The end is not trimmed again: the original does not.
  return (trimmed + usable.slice(max).replace(/^-+/, '')).slice(0, max);
}

/** The labels that a text with dots becomes: each part is cleaned, empty ones are dropped (`DomainFrag` in the original). */
export function cleanDomain(text: string, rule: LabelRule): string {
  if (!text.includes('.')) return cleanLabel(text, rule);
  return text
    .split('.')
    .map((part) => cleanLabel(part, rule))
    .filter((part) => part !== '')
    .join('.');
}

/** The first characters of a label, without dashes at the end. */
export function shortenLabel(label: string, max: number): string {
  return label.length <= max ? label : trimDashes(label.slice(0, max));
}

/** True for a name that can be asked for and encoded. */
export function isUsableName(name: string): boolean {
  if (name.length > NAME_MAX || !/^[\x20-\x7e]+$/.test(name)) return false;
  return name.split('.').every((label) => label.length > 0 && label.length <= LABEL_MAX);
}

function trimDashes(text: string): string {
  let end = text.length;
  while (end > 0 && text[end - 1] === '-') end--;
  return text.slice(0, end);
}

/**
 * The names of a task: `task.framework.domain`, the canonical `task-hash-agent.framework.domain`, and both below `.slave.`
 * for the agent's address.
 */

import { LABEL_MAX, shortenLabel } from '../names/labels';
import type { Compat, Naming } from '../zone/zone';
import type { TaskEntry } from './task-entry';

/** Takes the records of a task with their names in two parts: labels, and what all names of the framework end in. */
export interface SplitNameSink {
  address(labels: string, suffix: string, address: string): void;
  service(labels: string, suffix: string, service: SplitNameService): void;
  exists(labels: string, suffix: string): void;
}

interface SplitNameService {
  readonly port: number;
  readonly target: string;
  readonly targetSuffix: string;
}

/** One task and what its names end in. */
export interface TaskScope {
  readonly compat: Compat;
  readonly sink: SplitNameSink;
  readonly entry: TaskEntry;
  /** `framework.domain` */
  readonly suffix: string;
  /** `framework.slave.domain` */
  readonly agentSuffix: string;
}

/** The first labels of a task's names. */
export interface TaskNameLabels {
  readonly label: string;
  /** `label-hash-agent` */
  readonly canonical: string;
  /** `_label` */
  readonly service: string;
}

export function taskScope({ domain, compat }: Naming, sink: SplitNameSink, entry: TaskEntry): TaskScope {
  const { suffix, agentSuffix } = suffixesOf(entry.framework, domain);
  return { compat, sink, entry, suffix, agentSuffix };
}

interface Suffixes {
  readonly framework: string;
  readonly domain: string;
  readonly suffix: string;
  readonly agentSuffix: string;
}

/** The suffixes of the task before: most tasks that follow each other are of one framework. */
let suffixes: Suffixes = { framework: '', domain: '', suffix: '.', agentSuffix: '.slave.' };

function suffixesOf(framework: string, domain: string): Suffixes {
  if (framework !== suffixes.framework || domain !== suffixes.domain)
    suffixes = {
      framework,
      domain,
      suffix: `${framework}.${domain}`,
      agentSuffix: `${framework}.slave.${domain}`,
    };
  return suffixes;
}

/**
 * The labels that begin a task's names. A clean label is shortened where more is put to it: in the original nobody could
 * ask for such names, or got no reply. A discovery name as it stands is listed and not shortened: a shorter one could be
 * the name of something else.
 */
export function nameLabels({ labels, ending }: TaskEntry, label: string): TaskNameLabels {
  return label === labels.at(-1)
    ? { label, canonical: canonicalLabel(label, ending), service: serviceLabel(label) }
    : { label, canonical: label + ending, service: `_${label}` };
}

/** `_label` in at most 63 octets (RFC 1035, section 2.3.4). Dashes at the end stay: without them it could be another label. */
export function serviceLabel(label: string): string {
  return `_${label.slice(0, LABEL_MAX - 1)}`;
}

/** `label-hash-agent`, with the label shortened to fit. */
function canonicalLabel(label: string, ending: string): string {
  const dot = ending.indexOf('.');
  const room = Math.max(0, LABEL_MAX - (dot < 0 ? ending.length : dot));
  return shortenLabel(label, room) + ending;
}

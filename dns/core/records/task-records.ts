/**
 * All records of a task: A, AAAA and SRV under each of its labels, in the order of the original.
 */

import type { RecordSink, TaskRecordSink } from '../zone/record-sink';
import type { Naming } from '../zone/zone';
import { emitTaskAddresses } from './task-a-records';
import type { TaskEntry } from './task-entry';
import { nameLabels, type SplitNameSink, taskScope } from './task-names';
import { emitDiscoveryPorts, emitResourcePorts } from './task-srv-records';

/** Emits the records of a task. */
export function emitTask(naming: Naming, sink: TaskRecordSink, entry: TaskEntry): void {
  emitSplitTask(naming, joinNames(entry.unhealthy ? sink.unhealthy : sink), entry);
}

/** Emits the records of a task, healthy or not, with their names in two parts. */
export function emitSplitTask(naming: Naming, sink: SplitNameSink, entry: TaskEntry): void {
  const scope = taskScope(naming, sink, entry);
  for (const label of entry.labels) {
    const labels = nameLabels(entry, label);
    emitTaskAddresses(scope, labels);
    emitResourcePorts(scope, labels);
    emitDiscoveryPorts(scope, labels);
  }
}

function joinNames(sink: RecordSink): SplitNameSink {
  return {
    address: (labels, suffix, address) => sink.address(`${labels}.${suffix}`, address),
    service: (labels, suffix, { port, target, targetSuffix }) =>
      sink.service(`${labels}.${suffix}`, { port, target: `${target}.${targetSuffix}` }),
    exists: (labels, suffix) => sink.exists(`${labels}.${suffix}`),
  };
}

/**
 * The journal of a commit that is too large for one transaction: all of its changes as one value, and the batches in which
 * they are applied.
 */

import type { Change } from './store';
import { PART_BYTES } from './zookeeper-entry';

/** Sizes that fit into one transaction of ZooKeeper. */
const BATCH_BYTES = 400_000;
const BATCH_CHANGES = 1000;
/** A generous size for the steps of a change, and for the parts of a large value. */
const CHANGE_BYTES = 600;

/** True for changes that one transaction takes. A single one always does: a large value is split. */
export function fitsOneBatch(changes: readonly Change[]): boolean {
  return changes.length <= 1 || batchesOf(changes).length <= 1;
}

/** The changes in their order, in batches that fit. */
export function batchesOf(changes: readonly Change[]): Change[][] {
  const batches: Change[][] = [];
  let bytes = 0;
  for (const change of changes) {
    const size = sizeOf(change);
    const batch = batches.at(-1);
    if (batch && bytes + size <= BATCH_BYTES && batch.length < BATCH_CHANGES) {
      batch.push(change);
      bytes += size;
    } else {
      batches.push([change]);
      bytes = size;
    }
  }
  return batches;
}

function sizeOf({ name, value }: Change): number {
  const bytes = value?.length ?? 0;
  return CHANGE_BYTES + 3 * name.length + (bytes > PART_BYTES ? 0 : bytes);
}

/** Encodes changes: for each a line of JSON, and the bytes of its value. */
export function encodeJournal(changes: readonly Change[]): Buffer {
  return Buffer.concat(
    changes.flatMap(({ name, value }) => [
      Buffer.from(`${JSON.stringify({ name, bytes: value?.length })}\n`),
      value ?? Buffer.alloc(0),
    ]),
  );
}

export function decodeJournal(journal: Buffer): Change[] {
  const changes: Change[] = [];
  for (let offset = 0; offset < journal.length; ) {
    const end = journal.indexOf(10, offset);
    const { name, bytes } = JSON.parse(journal.toString('utf8', offset, end)) as {
      name: string;
      bytes?: number;
    };
    offset = end + 1 + (bytes ?? 0);
    changes.push({ name, value: bytes === undefined ? undefined : journal.subarray(end + 1, offset) });
  }
  return changes;
}
